import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BranchDrop } from './branch-drops.js';
import type { TransformerBlock } from './transformer-block.js';

/** One block of a vision transformer. */
export interface TokenBlock {
  readonly run: TransformerBlock;
  /** Acts on both of its branches in training. */
  readonly drop: BranchDrop | undefined;
}

/** Tokens after a block, and its attention. */
export function runBlock(
  { run, drop }: TokenBlock,
  tokens: Tensor3D,
  training: boolean,
): ReturnType<TransformerBlock> {
  return run(tokens, (branch) => (training && drop !== undefined ? drop(branch) : branch));
}

/** The normalised class token `[B,C]` of tokens `[B,1 + patches,C]`. */
export function embeddingOf(
  { norm }: { readonly norm: (x: Tensor2D) => Tensor2D },
  tokens: Tensor3D,
): Tensor2D {
  return norm(tf.squeeze(classToken(tokens), [1]));
}

/** `[B,1,C]`. */
export function classToken(tokens: Tensor3D): Tensor3D {
  return tf.slice(tokens, [0, 0, 0], [-1, 1, -1]);
}

/** The patches as a map `[B,h,w,C]`. */
export function patchMap(tokens: Tensor3D, [rows, columns]: readonly [number, number]): Tensor4D {
  const [batch, , channels] = tokens.shape;
  return tf.reshape(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), [batch, rows, columns, channels]);
}
