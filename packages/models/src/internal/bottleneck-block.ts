import * as tf from '@tensorflow/tfjs-core';
import { convBatchNorm } from './conv-batch-norm.js';
import type { ResidualBlock } from './residual-block.js';
import { createShortcut } from './shortcut.js';

const EXPANSION = 4;

/**
 * A 1x1 convolution that narrows, a 3x3 one that may stride, a 1x1 one that widens, and a shortcut:
 * `relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x)))))))) + shortcut(x))`.
 *
 * @param cardinality Groups of the 3x3 convolution.
 * @param baseWidth Channels of a group in a block of 64: the 3x3 convolution has `⌊channels · baseWidth / 64⌋ · cardinality`.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, Figure 5 right
 */
export function bottleneckBlock({ cardinality = 1, baseWidth = 64 } = {}): ResidualBlock {
  return {
    expansion: EXPANSION,
    create(builder, name, { inChannels, channels, stride, shortcut, zeroInitResidual, drop }) {
      const innerChannels = Math.floor((channels * baseWidth) / 64) * cardinality;
      const outChannels = channels * EXPANSION;
      const narrow = convBatchNorm(
        builder,
        { conv: `${name}.conv1`, bn: `${name}.bn1` },
        { inChannels, outChannels: innerChannels, kernelSize: 1, relu: true },
      );
      const middle = convBatchNorm(
        builder,
        { conv: `${name}.conv2`, bn: `${name}.bn2` },
        {
          inChannels: innerChannels,
          outChannels: innerChannels,
          kernelSize: 3,
          stride,
          groups: cardinality,
          relu: true,
        },
      );
      const widen = convBatchNorm(
        builder,
        { conv: `${name}.conv3`, bn: `${name}.bn3` },
        {
          inChannels: innerChannels,
          outChannels,
          kernelSize: 1,
          relu: true,
          initialScale: zeroInitResidual ? 0 : 1,
        },
      );
      const around = createShortcut(builder, name, { inChannels, outChannels, stride, shortcut });
      return (x, training) =>
        tf.tidy(() => widen(middle(narrow(x, training), training), training, around(x, training), drop));
    },
  };
}
