import { attention } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { createLinear } from './linear.js';
import { onRows } from './on-rows.js';
import { permuteTokens } from './permute-tokens.js';
import { createRelativePositions } from './relative-positions.js';
import { DEVIATION } from './transformer-block.js';
import { planWindows, type WindowPlan } from './window-plan.js';

/** Sizes of a {@link createWindowAttention}. */
export interface WindowAttentionOptions {
  readonly channels: number;
  readonly heads: number;
  readonly window: readonly [number, number];
  /** How far windows lie below and right of where they would; 0 for both: not at all. */
  readonly shift: readonly [number, number];
  /** Whether the way from one token of a window to another has a bias. */
  readonly relative: boolean;
}

/**
 * Makes `<name>.qkv`, `.proj` and, where wanted, the relative positions: self-attention `[B,H,W,C]` to `[B,H,W,C]` within windows, which are
 * cut anew for every size. A map that does not fill whole windows is padded with zeros below and right for them.
 *
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, section 3.2
 */
export function createWindowAttention(
  builder: WeightBuilder,
  name: string,
  { channels, heads, window, shift, relative }: WindowAttentionOptions,
): (x: Tensor4D) => Tensor4D {
  const deviation = DEVIATION;
  const positions = relative ? createRelativePositions(builder, name, { window, heads }) : undefined;
  const qkv = onRows(
    createLinear(builder, `${name}.qkv`, { inSize: channels, outSize: 3 * channels, deviation }),
  );
  const project = onRows(
    createLinear(builder, `${name}.proj`, { inSize: channels, outSize: channels, deviation }),
  );
  const tokens = window[0] * window[1];
  return (x) =>
    tf.tidy(() => {
      const [batch, height, width] = x.shape;
      const plan = planWindows([height, width], window, shift);
      const { order, inverse, padded } = plan;
      const [below, right] = [padded[0] - height, padded[1] - width];
      const whole =
        below + right > 0
          ? tf.pad(x, [
              [0, 0],
              [0, below],
              [0, right],
              [0, 0],
            ])
          : x;
      const flat: [number, number, number] = [batch, order.length, channels];
      const windows = permuteTokens(tf.reshape(whole, flat), order, inverse);
      const packed = qkv(tf.reshape(windows, [batch * (order.length / tokens), tokens, channels]));
      const bias = positions && { bias: masked(positions(), plan, tokens) };
      const { output } = attention(packed as Tensor3D, { heads, ...bias });
      const back = permuteTokens(tf.reshape(project(output), flat), inverse, order);
      const map = tf.reshape(back, [batch, ...padded, channels]) as Tensor4D;
      return below + right > 0 ? tf.slice(map, [0, 0, 0, 0], x.shape) : map;
    });
}

/** One bias for all windows, or, where some tokens are hidden, one for each. */
function masked(bias: Tensor4D, { mask }: WindowPlan, tokens: number): Tensor4D {
  if (mask === undefined) return bias;
  return tf.add(bias, tf.tensor4d(mask, [mask.length / tokens ** 2, 1, tokens, tokens]));
}
