import { gelu } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { blurPool } from './blur-pool.js';
import type { BranchDrop } from './branch-drops.js';
import type { Builder } from './builder.js';
import { convBatchNorm, withBatchNorm } from './conv-batch-norm.js';
import type { Convolution } from './convolution.js';
import type { Layer } from './layer.js';
import { createSeparableConvolution } from './separable-convolution.js';
import { createSqueezeExcite } from './squeeze-excite.js';

/** A separable convolution under `name`, as NEXcepTion's code names and draws it. */
export function nexceptionConvolution(
  builder: Builder,
  name: string,
  sizes: { readonly inChannels: number; readonly outChannels: number; readonly kernelSize: number },
): Convolution {
  const names = { depthwise: `${name}.conv_dw`, pointwise: `${name}.conv_pw` };
  return createSeparableConvolution(builder, names, { ...sizes, draw: 'uniform' });
}

/**
 * Two separable 5x5 convolutions, normalised, with a GELU between them, 3x3 max-pooling of stride 1, blur pooling of stride 2 and
 * squeeze-and-excitation; a 1x1 convolution of stride 2 around them.
 */
export function createDownsamplingBlock(
  builder: Builder,
  name: string,
  [inChannels, middle, outChannels]: readonly [number, number, number],
  drop: BranchDrop | undefined,
): Layer {
  const part = (place: number, from: number, to: number) =>
    withBatchNorm(
      builder,
      nexceptionConvolution(builder, `${name}.rep.${place}`, {
        inChannels: from,
        outChannels: to,
        kernelSize: 5,
      }),
      `${name}.rep.${place + 1}`,
      { channels: to, relu: false },
    );
  // A GELU is number 2.
  const first = part(0, inChannels, middle);
  const second = part(3, middle, outChannels);
  const around = convBatchNorm(
    builder,
    { conv: `${name}.skip`, bn: `${name}.skipbn` },
    { inChannels, outChannels, kernelSize: 1, stride: 2, relu: false, draw: 'uniform' },
  );
  const excite = createSqueezeExcite(builder, `${name}.block_end`, outChannels);
  return (x, training) =>
    tf.tidy(() => {
      const features = second(gelu(first(x, training)), training);
      const small = blurPool(`${name}.rep.6`, tf.maxPool(features, 3, 1, 1));
      const branch = excite(small, training);
      return around(x, training, training && drop !== undefined ? drop(branch) : branch);
    });
}

/** Three separable 5x5 convolutions, to three times the channels and back, and squeeze-and-excitation, added to the input. */
export function createWideningBlock(
  builder: Builder,
  name: string,
  channels: number,
  drop: BranchDrop | undefined,
): Layer {
  const conv = (index: number, inChannels: number, outChannels: number) =>
    nexceptionConvolution(builder, `${name}.sepconv${index}`, { inChannels, outChannels, kernelSize: 5 });
  const norm = (index: number, of: Convolution, size: number) =>
    withBatchNorm(builder, of, `${name}.norm${index}`, { channels: size, relu: false });
  const widen = norm(1, conv(1, channels, 3 * channels), 3 * channels);
  const narrow = norm(2, conv(2, 3 * channels, channels), channels);
  const last = conv(3, channels, channels);
  const excite = createSqueezeExcite(builder, `${name}.block_end`, channels);
  return (x, training) =>
    tf.tidy(() => {
      const features = last.apply(narrow(gelu(widen(x, training)), training));
      const branch = excite(features, training);
      return tf.add(training && drop !== undefined ? drop(branch) : branch, x);
    });
}
