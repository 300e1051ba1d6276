// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { ClassifierOutput, ForwardOptions, Intercept } from '@mix/core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import { checkForward } from './check-forward.js';
import type { DropPath } from './drop-path.js';
import { modelGuide } from './model-guide.js';
import { modelState } from './model-state.js';
import type { ParameterStore } from './parameter-store.js';
import { runLayer } from './run-layer.js';
import { tokenGuide } from './token-guide.js';
import { classToken, embeddingOf, patchMap, runBlock, type TokenBlock } from './tokens.js';

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
  readonly stages: readonly (readonly TokenBlock[])[];
  readonly norm: (x: Tensor2D) => Tensor2D;
  /** The last layer, a dense one. */
  readonly head: (embedding: Tensor2D) => Tensor2D;
  /** Name of the last layer's parameters: `<headName>.weight` and `<headName>.bias`. */
  readonly headName: string;
  readonly dropPath: DropPath | undefined;
}

/** Puts the parts of a vision transformer with a class token together to a model with feature taps and probes. */
export function tokenClassifier(parts: TokenParts): Model {
  const { store, numClasses, dropPath, headName } = parts;
  const random = { dropPath };
  const network = {
    numClasses,
    forward: (images: Tensor4D, options: ForwardOptions) => forward(parts, images, options),
    ...modelState(store, random, headName),
  };
  const guide = { ...modelGuide({ network, store, random, headName }), ...tokenGuide(parts) };
  return { ...network, guide };
}

function forward(
  parts: TokenParts,
  images: Tensor4D,
  { training, intercept }: ForwardOptions,
): ClassifierOutput {
  checkForward(images, intercept, { ...parts, stages: parts.stages.length });
  return tf.tidy(() => {
    const { store } = parts;
    const input = intercept?.stage === 0 ? intercept.apply(images) : images;
    let { tokens } = runLayer({ store, layer: 0, training }, input, () => ({ tokens: parts.embed(input) }));
    let attention: Tensor4D | undefined;
    const stages = parts.stages.map((blocks, index) => {
      ({ tokens, weights: attention } = runLayer({ store, layer: index + 1, training }, tokens, (mode) =>
        inTurn(blocks, tokens, mode),
      ));
      if (intercept?.stage === index + 1) tokens = intercepted(tokens, parts.grid, intercept);
      return patchMap(tokens, parts.grid);
    });
    const embedding = embeddingOf(parts, tokens);
    return { logits: parts.head(embedding), embedding, stages, ...(attention && { attention }) };
  });
}

/** The tokens after all blocks, and the attention of the last. */
function inTurn(
  blocks: readonly TokenBlock[],
  tokens: Tensor3D,
  training: boolean,
): ReturnType<typeof runBlock> {
  const [first, ...rest] = blocks as readonly [TokenBlock, ...TokenBlock[]];
  return rest.reduce(
    ({ tokens: before }, block) => runBlock(block, before, training),
    runBlock(first, tokens, training),
  );
}

/** Patches and class token go through one by one: as maps of their own. */
function intercepted(tokens: Tensor3D, grid: readonly [number, number], { apply }: Intercept): Tensor3D {
  const flat = (map: Tensor4D) => tf.reshape(map, [map.shape[0], -1, map.shape[3]]);
  const patches = apply(patchMap(tokens, grid));
  const first = apply(tf.expandDims(classToken(tokens), 1) as Tensor4D);
  return tf.concat([flat(first), flat(patches)], 1) as Tensor3D;
}
