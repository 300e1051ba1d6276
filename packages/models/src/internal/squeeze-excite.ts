import { gelu } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { withBatchNorm } from './conv-batch-norm.js';
import { createConvolution } from './convolution.js';
import type { Layer } from './layer.js';

/**
 * Scales each channel by what two layers make of all channels' means: `x · sigmoid(fc2(gelu(bn(fc1(mean(x))))))`. The hidden layer
 * has a sixteenth of the channels, rounded to a multiple of eight; timm's, with a normalisation.
 *
 * @see Hu et al. 2018, https://arxiv.org/abs/1709.01507
 */
export function createSqueezeExcite(builder: Builder, name: string, channels: number): Layer {
  const hidden = Math.max(8, Math.floor((channels / 16 + 4) / 8) * 8);
  const layer = (part: string, inChannels: number, outChannels: number) =>
    createConvolution(builder, `${name}.${part}`, {
      inChannels,
      outChannels,
      kernelSize: 1,
      bias: true,
      draw: 'uniform',
    });
  const squeeze = layer('fc1', channels, hidden);
  const normalised = withBatchNorm(builder, squeeze, `${name}.bn`, { channels: hidden, relu: false });
  const excite = layer('fc2', hidden, channels);
  return (x, training) =>
    tf.tidy(() => {
      const means = tf.mean<Tensor4D>(x, [1, 2], true);
      return tf.mul(x, tf.sigmoid(excite.apply(gelu(normalised(means, training)))));
    });
}
