// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { ClassifierOutput, ForwardOptions, Intercept } from '@mix/core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import { checkForward } from './check-forward.js';
import type { DropPath } from './drop-path.js';
import { modelState } from './model-state.js';
import type { ParameterStore } from './parameter-store.js';
import type { TransformerBlock } from './transformer-block.js';

/** The parts of a {@link tokenClassifier}. */
export interface TokenParts {
  readonly store: ParameterStore;
  readonly inChannels: number;
  readonly numClasses: number;
  readonly imageSize: readonly [number, number];
  /** Rows and columns of patches. */
  readonly grid: readonly [number, number];
  /** Tokens `[B,1 + patches,C]`, the class token first. */
  readonly embed: (images: Tensor4D) => Tensor3D;
  readonly stages: readonly (readonly { readonly run: TransformerBlock; readonly dropRate: number }[])[];
  readonly norm: (x: Tensor2D) => Tensor2D;
  readonly head: (embedding: Tensor2D) => Tensor2D;
  readonly dropPath: DropPath | undefined;
}

/** Puts the parts of a vision transformer with a class token together to a model with feature taps. */
export function tokenClassifier(parts: TokenParts): Model {
  const { store, numClasses, dropPath } = parts;
  return {
    numClasses,
    forward: (images, options) => forward(parts, images, options),
    ...modelState(store, { dropPath }),
  };
}

function forward(
  parts: TokenParts,
  images: Tensor4D,
  { training, intercept }: ForwardOptions,
): ClassifierOutput {
  const { inChannels, imageSize, grid, stages: groups, dropPath } = parts;
  checkForward(images, intercept, { inChannels, imageSize, stages: groups.length });
  return tf.tidy(() => {
    let tokens = parts.embed(intercept?.stage === 0 ? intercept.apply(images) : images);
    let attention: Tensor4D | undefined;
    const stages = groups.map((blocks, index) => {
      for (const { run, dropRate } of blocks) {
        const drop = (branch: Tensor3D) =>
          training && dropPath !== undefined ? dropPath.apply(branch, dropRate) : branch;
        ({ tokens, weights: attention } = run(tokens, drop));
      }
      if (intercept?.stage === index + 1) tokens = intercepted(tokens, grid, intercept);
      return patchMap(tokens, grid);
    });
    const embedding = parts.norm(tf.squeeze(classToken(tokens), [1]));
    return { logits: parts.head(embedding), embedding, stages, ...(attention && { attention }) };
  });
}

/** Patches and class token go through one by one: as maps of their own. */
function intercepted(tokens: Tensor3D, grid: readonly [number, number], { apply }: Intercept): Tensor3D {
  const flat = (map: Tensor4D) => tf.reshape(map, [map.shape[0], -1, map.shape[3]]);
  const patches = apply(patchMap(tokens, grid));
  const first = apply(tf.expandDims(classToken(tokens), 1) as Tensor4D);
  return tf.concat([flat(first), flat(patches)], 1) as Tensor3D;
}

/** `[B,1,C]`. */
function classToken(tokens: Tensor3D): Tensor3D {
  return tf.slice(tokens, [0, 0, 0], [-1, 1, -1]);
}

/** `[B,h,w,C]`. */
function patchMap(tokens: Tensor3D, [rows, columns]: readonly [number, number]): Tensor4D {
  const [batch, , channels] = tokens.shape;
  return tf.reshape(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), [batch, rows, columns, channels]);
}
