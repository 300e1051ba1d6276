import { gelu } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BranchDrop } from './branch-drops.js';
import type { WeightBuilder } from './builder.js';
import type { Layer } from './layer.js';
import { createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { onRows } from './on-rows.js';
import { DEVIATION } from './transformer-block.js';
import { createWindowAttention, type WindowAttentionOptions } from './window-attention.js';

// PyTorch's.
export const SWIN_EPSILON = 1e-5;

/**
 * Attention within windows and a perceptron of two layers, each after a layer normalisation and added to its input. Makes
 * `<name>.norm1`, `.attn`, `.norm2`, `.mlp.0` and `.mlp.3`.
 *
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, equation 3
 */
export function createSwinBlock(
  builder: WeightBuilder,
  name: string,
  { drop, ...options }: WindowAttentionOptions & { readonly drop: BranchDrop | undefined },
): Layer {
  const { channels } = options;
  const [hidden, deviation] = [4 * channels, DEVIATION];
  const norm1 = createLayerNorm(builder, `${name}.norm1`, channels, SWIN_EPSILON);
  const attend = createWindowAttention(builder, `${name}.attn`, options);
  const norm2 = createLayerNorm(builder, `${name}.norm2`, channels, SWIN_EPSILON);
  const widen = createLinear(builder, `${name}.mlp.0`, { inSize: channels, outSize: hidden, deviation });
  const narrow = createLinear(builder, `${name}.mlp.3`, { inSize: hidden, outSize: channels, deviation });
  const perceptron = onRows((rows) => narrow(gelu(widen(rows))));
  return (x, training) => {
    const dropped = (branch: Tensor4D) => (training && drop ? drop(branch) : branch);
    return tf.tidy(() => {
      const attended = tf.add(x, dropped(attend(norm1(x)))) as Tensor4D;
      return tf.add(attended, dropped(perceptron(norm2(attended))));
    });
  };
}
