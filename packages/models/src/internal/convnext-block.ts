import { gelu } from '@mix/core';
import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BranchDrop } from './branch-drops.js';
import type { WeightBuilder } from './builder.js';
import { createDepthwiseConvolution } from './depthwise-convolution.js';
import type { Layer } from './layer.js';
import { createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { onRows } from './on-rows.js';
import { DEVIATION } from './transformer-block.js';

// Torchvision's first layer scale.
const LAYER_SCALE = 1e-6;

/**
 * A depthwise 7x7 convolution, a layer normalisation, a perceptron of four times the width, a scale per channel, and the
 * input added: `x + γ · mlp(norm(depthwise(x)))`. Makes `<name>.layer_scale` and `<name>.block.0`, `.2`, `.3` and `.5`.
 *
 * @see Liu et al. 2022, https://arxiv.org/abs/2201.03545, Figure 4
 */
export function createConvnextBlock(
  builder: WeightBuilder,
  name: string,
  { channels, drop }: { readonly channels: number; readonly drop: BranchDrop | undefined },
): Layer {
  const hidden = 4 * channels;
  const deviation = DEVIATION;
  const layerScale = builder.store.parameter<Rank.R3>(
    `${name}.layer_scale`,
    [channels, 1, 1],
    new Float32Array(channels).fill(LAYER_SCALE),
  );
  const depthwise = createDepthwiseConvolution(builder, `${name}.block.0`, {
    channels,
    kernelSize: 7,
    deviation,
  });
  const norm = createLayerNorm(builder, `${name}.block.2`, channels);
  const widen = createLinear(builder, `${name}.block.3`, { inSize: channels, outSize: hidden, deviation });
  const narrow = createLinear(builder, `${name}.block.5`, { inSize: hidden, outSize: channels, deviation });
  const perceptron = onRows((rows) => narrow(gelu(widen(rows))));
  return (x, training) =>
    tf.tidy(() => {
      const branch = tf.mul(perceptron(norm(depthwise(x))), tf.reshape(layerScale, [channels])) as Tensor4D;
      return tf.add(x, training && drop ? drop(branch) : branch);
    });
}
