import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { convBatchNorm, withBatchNorm } from './conv-batch-norm.js';
import type { Layer } from './layer.js';
import { createSeparableConvolution } from './separable-convolution.js';

/** Sizes of a {@link createXceptionBlock}. */
export interface XceptionBlockOptions {
  readonly inChannels: number;
  /** Of each separable convolution. */
  readonly channels: readonly number[];
  /** Whether a ReLU comes first. */
  readonly startsWithRelu: boolean;
}

/**
 * Separable 3x3 convolutions, normalised, with ReLUs before them. Where the channels change, 3x3 max-pooling of stride 2 and a
 * 1x1 convolution of stride 2 around them; else the input is added.
 *
 * @see Chollet 2017, https://arxiv.org/abs/1610.02357, Figure 5
 */
export function createXceptionBlock(
  builder: Builder,
  name: string,
  { inChannels, channels, startsWithRelu }: XceptionBlockOptions,
): Layer {
  const convs = channels.map((outChannels, index) => {
    // timm numbers ReLU, convolution and normalisation as one row.
    const place = 3 * index + (startsWithRelu ? 1 : 0);
    const at = `${name}.rep.${place}`;
    const from = channels[index - 1] ?? inChannels;
    const conv = createSeparableConvolution(
      builder,
      { depthwise: `${at}.conv1`, pointwise: `${at}.pointwise` },
      { inChannels: from, outChannels, kernelSize: 3, draw: 'normal' },
    );
    const relu = index < channels.length - 1;
    return withBatchNorm(builder, conv, `${name}.rep.${place + 1}`, { channels: outChannels, relu });
  });
  const outChannels = channels.at(-1) as number;
  const around =
    inChannels === outChannels
      ? undefined
      : convBatchNorm(
          builder,
          { conv: `${name}.skip`, bn: `${name}.skipbn` },
          { inChannels, outChannels, kernelSize: 1, stride: 2, relu: false },
        );
  return (x, training) =>
    tf.tidy(() => {
      let features = startsWithRelu ? tf.relu(x) : x;
      for (const [index, conv] of convs.entries()) {
        const last = around === undefined && index === convs.length - 1;
        features = conv(features, training, last ? x : undefined);
      }
      if (around === undefined) return features;
      return around(x, training, tf.maxPool<Tensor4D>(features, 3, 2, 1));
    });
}
