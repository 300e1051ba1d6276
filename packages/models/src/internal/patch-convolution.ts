import { invalidArgument } from '@mix/core';
import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { normal, uniformFanIn } from './initialisers.js';

/** Sizes and first weights of a {@link createPatchConvolution}. */
export interface PatchConvolutionOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly patchSize: number;
  /** Draw the weight from N(0, deviation²) and start the bias at 0; else PyTorch's default for both. */
  readonly deviation?: number;
}

/**
 * Makes `<name>.weight` and `<name>.bias`: a convolution whose stride is its window, `[B,H,W,I]` to `[B,⌊H/p⌋,⌊W/p⌋,O]`. What
 * is left at the bottom and right is not looked at.
 */
export function createPatchConvolution(
  { store, rng }: WeightBuilder,
  name: string,
  { inChannels, outChannels, patchSize, deviation }: PatchConvolutionOptions,
): (x: Tensor4D) => Tensor4D {
  const [weightName, biasName] = [`${name}.weight`, `${name}.bias`] as const;
  const fanIn = patchSize * patchSize * inChannels;
  const draw = (parameter: string, count: number) =>
    deviation === undefined
      ? uniformFanIn(rng.fork(parameter), count, fanIn)
      : normal(rng.fork(parameter), count, deviation);
  const kernel = store.parameter<Rank.R4>(
    weightName,
    [patchSize, patchSize, inChannels, outChannels],
    draw(weightName, fanIn * outChannels),
    'convolution',
  );
  const biases = deviation === undefined ? draw(biasName, outChannels) : new Float32Array(outChannels);
  const bias = store.parameter<Rank.R1>(biasName, [outChannels], biases);
  return (x) => {
    const [, height, width] = x.shape;
    if (height < patchSize || width < patchSize) {
      throw invalidArgument(
        'Classifier.forward',
        'images',
        `leave ${name} a map of at least ${patchSize}x${patchSize}`,
        `${height}x${width}`,
        { code: 'SHAPE', remedy: 'Use larger images, or smaller patches in the stem' },
      );
    }
    return tf.tidy(() => tf.add(tf.conv2d(x, kernel, patchSize, 'valid'), bias));
  };
}
