import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createBatchNormRelu } from './batch-norm-relu.js';
import type { Builder } from './builder.js';
import { convBatchNorm } from './conv-batch-norm.js';
import { createConvolution } from './convolution.js';
import type { Dropout } from './dropout.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';

/** Sizes of a {@link createDenseBlock}. */
export interface DenseBlockOptions {
  readonly inChannels: number;
  readonly depth: number;
  readonly growthRate: number;
  readonly bnSize: number;
  readonly dropout: Dropout;
}

/**
 * `depth` layers `<name>.denselayer1`, ..., each of which adds `growthRate` channels to all that came before:
 * `[x, conv2(relu(norm2(conv1(relu(norm1(x))))))]`.
 *
 * @see Huang et al. 2017, https://arxiv.org/abs/1608.06993, section 3, DenseNet-B
 */
export function createDenseBlock(
  builder: Builder,
  name: string,
  { inChannels, depth, growthRate, bnSize, dropout }: DenseBlockOptions,
): Layer {
  const layers = Array.from({ length: depth }, (_, index): Layer => {
    const at = `${name}.denselayer${index + 1}`;
    const channels = inChannels + index * growthRate;
    const middle = bnSize * growthRate;
    const before = createBatchNormRelu(builder, `${at}.norm1`, channels);
    const narrow = convBatchNorm(
      builder,
      { conv: `${at}.conv1`, bn: `${at}.norm2` },
      { inChannels: channels, outChannels: middle, kernelSize: 1, relu: true, fan: 'in' },
    );
    const grow = createConvolution(builder, `${at}.conv2`, {
      inChannels: middle,
      outChannels: growthRate,
      kernelSize: 3,
      fan: 'in',
    });
    return (x, training) =>
      tf.tidy(() => {
        const added = grow.apply(narrow(before(x, training), training));
        // To the last map, not to all from the first: the backward pass then cuts in two instead of into every layer's piece.
        return tf.concat([x, dropout.apply(added, training)], 3) as Tensor4D;
      });
  });
  return inSequence(layers);
}
