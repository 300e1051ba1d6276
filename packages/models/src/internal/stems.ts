import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { convBatchNorm } from './conv-batch-norm.js';
import type { Layer } from './layer.js';

const names = { conv: 'conv1', bn: 'bn1' };

/** One 3x3 convolution of stride 1: small images keep their size. */
export function cifarStem(builder: Builder, inChannels: number, outChannels: number): Layer {
  const conv = convBatchNorm(builder, names, { inChannels, outChannels, kernelSize: 3, relu: true });
  return (x, training) => conv(x, training);
}

/** A 7x7 convolution of stride 2 and 3x3 max-pooling of stride 2: height and width fall to a quarter. */
export function imagenetStem(builder: Builder, inChannels: number, outChannels: number): Layer {
  const conv = convBatchNorm(builder, names, {
    inChannels,
    outChannels,
    kernelSize: 7,
    stride: 2,
    relu: true,
  });
  return (x, training) => tf.tidy(() => tf.maxPool(conv(x, training), 3, 2, 1));
}
