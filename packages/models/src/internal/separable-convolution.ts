import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { type Convolution, type ConvolutionOptions, createConvolution } from './convolution.js';
import { kaimingNormal, uniformFanIn } from './initialisers.js';

/** Sizes and first weights of a {@link createSeparableConvolution}. */
export type SeparableConvolutionOptions = Required<
  Pick<ConvolutionOptions, 'inChannels' | 'outChannels' | 'kernelSize' | 'draw'>
>;

/**
 * Makes `<depthwise>.weight` and `<pointwise>.weight`: each channel with a window of its own, then a 1x1 convolution; neither has
 * a bias, and the size stays.
 */
export function createSeparableConvolution(
  builder: WeightBuilder,
  names: { readonly depthwise: string; readonly pointwise: string },
  { inChannels, outChannels, kernelSize, draw }: SeparableConvolutionOptions,
): Convolution {
  const parameter = `${names.depthwise}.weight`;
  const area = kernelSize * kernelSize;
  const count = area * inChannels;
  const rng = builder.rng.fork(parameter);
  const filter = builder.store.parameter<tf.Rank.R4>(
    parameter,
    [kernelSize, kernelSize, inChannels, 1],
    // PyTorch takes the outputs of all channels for those of one.
    draw === 'uniform' ? uniformFanIn(rng, count, area) : kaimingNormal(rng, count, count),
    'depthwise',
  );
  const pointwise = createConvolution(builder, names.pointwise, {
    inChannels,
    outChannels,
    kernelSize: 1,
    draw,
  });
  const within = (x: Tensor4D): Tensor4D => tf.depthwiseConv2d(x, filter, 1, (kernelSize - 1) / 2);
  return {
    apply: (x) => tf.tidy(() => pointwise.apply(within(x))),
    applyAffine: (x, scale, offset) => tf.tidy(() => pointwise.applyAffine(within(x), scale, offset)),
  };
}
