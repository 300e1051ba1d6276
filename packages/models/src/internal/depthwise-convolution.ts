import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { normal } from './initialisers.js';

/** Sizes and first weights of a {@link createDepthwiseConvolution}. */
export interface DepthwiseConvolutionOptions {
  readonly channels: number;
  /** Odd: `(kernelSize − 1) / 2` zeros on every side keep height and width. */
  readonly kernelSize: number;
  /** The weight is drawn from N(0, deviation²); the bias starts at 0. */
  readonly deviation: number;
}

/** Makes `<name>.weight` and `<name>.bias`: a convolution of every channel with a window of its own, and a bias. */
export function createDepthwiseConvolution(
  { store, rng }: WeightBuilder,
  name: string,
  { channels, kernelSize, deviation }: DepthwiseConvolutionOptions,
): (x: Tensor4D) => Tensor4D {
  const [weightName, biasName] = [`${name}.weight`, `${name}.bias`] as const;
  const filter = store.parameter<Rank.R4>(
    weightName,
    [kernelSize, kernelSize, channels, 1],
    normal(rng.fork(weightName), kernelSize * kernelSize * channels, deviation),
    'depthwise',
  );
  const bias = store.parameter<Rank.R1>(biasName, [channels], new Float32Array(channels));
  const pad = (kernelSize - 1) / 2;
  return (x) => tf.tidy(() => tf.add(tf.depthwiseConv2d(x, filter, 1, pad), bias));
}
