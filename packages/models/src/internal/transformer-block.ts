import { attention, gelu } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { onRows } from './on-rows.js';

/** Standard deviation of a transformer's first weights, as in timm: cut off at ±2, a hundred of them, so not at all. */
export const DEVIATION = 0.02;

/** Sizes of a {@link createTransformerBlock}. */
export interface TransformerBlockOptions {
  readonly width: number;
  readonly heads: number;
  /** Width of the perceptron's hidden layer. */
  readonly hidden: number;
}

/** Tokens `[B,T,width]` after the block, and its attention `[B,heads,T,T]`; `drop` acts on what is added to the tokens. */
export type TransformerBlock = (
  tokens: Tensor3D,
  drop: (branch: Tensor3D) => Tensor3D,
) => { tokens: Tensor3D; weights: Tensor4D };

/**
 * Attention and a perceptron of two layers, each after a layer normalisation and added to its input.
 *
 * @see Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929, equations 2 and 3
 */
export function createTransformerBlock(
  builder: WeightBuilder,
  name: string,
  { width, heads, hidden }: TransformerBlockOptions,
): TransformerBlock {
  const linear = (part: string, inSize: number, outSize: number) =>
    onRows(createLinear(builder, `${name}.${part}`, { inSize, outSize, deviation: DEVIATION }));
  const norm1 = createLayerNorm(builder, `${name}.norm1`, width);
  const qkv = linear('attn.qkv', width, 3 * width);
  const project = linear('attn.proj', width, width);
  const norm2 = createLayerNorm(builder, `${name}.norm2`, width);
  const widen = linear('mlp.fc1', width, hidden);
  const narrow = linear('mlp.fc2', hidden, width);
  return (tokens, drop) =>
    tf.tidy(() => {
      const { output, weights } = attention(qkv(norm1(tokens)), { heads });
      const attended = tf.add(tokens, drop(project(output))) as Tensor3D;
      const branch = narrow(gelu(widen(norm2(attended))));
      return { tokens: tf.add(attended, drop(branch)) as Tensor3D, weights };
    });
}
