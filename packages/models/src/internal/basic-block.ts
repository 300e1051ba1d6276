import * as tf from '@tensorflow/tfjs-core';
import { convBatchNorm } from './conv-batch-norm.js';
import type { ResidualBlock } from './residual-block.js';
import { createShortcut } from './shortcut.js';

/**
 * Two 3x3 convolutions and a shortcut: `relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))`.
 *
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, Figure 5 left
 */
export const basicBlock: ResidualBlock = {
  expansion: 1,
  create(builder, name, { inChannels, channels, stride, shortcut, zeroInitResidual, drop }) {
    const first = convBatchNorm(
      builder,
      { conv: `${name}.conv1`, bn: `${name}.bn1` },
      { inChannels, outChannels: channels, kernelSize: 3, stride, relu: true },
    );
    const second = convBatchNorm(
      builder,
      { conv: `${name}.conv2`, bn: `${name}.bn2` },
      {
        inChannels: channels,
        outChannels: channels,
        kernelSize: 3,
        relu: true,
        initialScale: zeroInitResidual ? 0 : 1,
      },
    );
    const around = createShortcut(builder, name, { inChannels, outChannels: channels, stride, shortcut });
    return (x, training) => tf.tidy(() => second(first(x, training), training, around(x, training), drop));
  },
};
