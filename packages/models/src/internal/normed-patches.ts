import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import type { Layer } from './layer.js';
import { createLayerNorm } from './layer-norm.js';
import { createPatchConvolution, type PatchConvolutionOptions } from './patch-convolution.js';

/** Names and sizes of {@link createNormedPatches}. */
export interface NormedPatchesOptions extends PatchConvolutionOptions {
  readonly names: readonly [convolution: string, norm: string];
  /** That of the normalisation. */
  readonly epsilon?: number;
}

/** A convolution of patches and a layer normalisation: `[B,H,W,I]` to `[B,⌊H/p⌋,⌊W/p⌋,O]`. */
export function createNormedPatches(
  builder: WeightBuilder,
  { names, epsilon, ...sizes }: NormedPatchesOptions,
): Layer {
  const patches = createPatchConvolution(builder, names[0], sizes);
  const norm = createLayerNorm(builder, names[1], sizes.outChannels, epsilon);
  return (x) => tf.tidy(() => norm(patches(x)));
}
