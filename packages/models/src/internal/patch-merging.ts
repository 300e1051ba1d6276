import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import type { Layer } from './layer.js';
import { createLayerNorm, PYTORCH_EPSILON } from './layer-norm.js';
import { createLinear } from './linear.js';
import { onRows } from './on-rows.js';
import { DEVIATION } from './transformer-block.js';

/**
 * Makes `<name>.norm` and `<name>.reduction`: the channels of 2x2 neighbours side by side, normalised and reduced to half,
 * `[B,H,W,C]` to `[B,⌈H/2⌉,⌈W/2⌉,2C]`. Odd sides are padded with zeros.
 *
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, section 3.1
 */
export function createPatchMerging(builder: WeightBuilder, name: string, channels: number): Layer {
  const norm = createLayerNorm(builder, `${name}.norm`, 4 * channels, PYTORCH_EPSILON);
  const reduce = onRows(
    createLinear(builder, `${name}.reduction`, {
      inSize: 4 * channels,
      outSize: 2 * channels,
      deviation: DEVIATION,
      bias: false,
    }),
  );
  return (x) => tf.tidy(() => reduce(norm(neighbours(x))));
}

/** Of each 2x2 the upper left, the lower left, the upper right and the lower right. */
function neighbours(x: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [below, right] = [height % 2, width % 2];
  const even =
    below + right > 0
      ? tf.pad(x, [
          [0, 0],
          [0, below],
          [0, right],
          [0, 0],
        ])
      : x;
  const [rows, columns] = [(height + below) / 2, (width + right) / 2];
  const parts = tf.transpose(tf.reshape(even, [batch, rows, 2, columns, 2, channels]), [0, 1, 3, 4, 2, 5]);
  return tf.reshape(parts, [batch, rows, columns, 4 * channels]);
}
