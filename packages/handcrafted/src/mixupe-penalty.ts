import { type Batch, checkChoice, denseTargets, plainTargets, stopGradient } from '@mix/core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkAlpha } from './internal/check-alpha.js';
import { checkThreshold } from './internal/check-threshold.js';

/** Options of {@link mixupePenalty}. */
export interface MixupePenaltyOptions {
  /** Of Mixup's Beta(alpha, alpha); above 0. @defaultValue 2 */
  readonly alpha?: number;
  /**
   * `v3` differentiates p too and counts rows with q below the threshold; `v4` takes y − p as constant and counts all. @defaultValue 'v3'
   */
  readonly version?: 'v3' | 'v4';
  /** For `v3`: rows whose q is not below this do not count. @defaultValue 1 */
  readonly threshold?: number;
}

/** A directional penalty of MixupE. */
export type MixupePenalty = {
  /** R. */
  readonly penalty: Scalar;
  /** q of each row, `[B]`. */
  readonly directional: Tensor1D;
};

/**
 * MixupE's directional penalty `R = −(c/B)·Σ q[i]` with `q[i] = Σ_k f[i,k]·(y[i,k] − p[i,k])`, p the softmax of the logits f and
 * `c = alpha/(2·alpha + 1)`. B counts every row, also those over the threshold.
 *
 * @param logits Of the clean images, `[B,classes]`; borrowed.
 * @param labels int32 `[B]` or float32 `[B,classes]`; borrowed.
 * @returns New tensors: `penalty`, and q of each row. Both can be differentiated by the logits.
 */
export function mixupePenalty(
  logits: Tensor2D,
  labels: Batch['labels'],
  options: MixupePenaltyOptions = {},
): MixupePenalty {
  const { alpha = 2, version = 'v3', threshold = 1 } = options;
  checkChoice('mixupePenalty', 'version', version, ['v3', 'v4']);
  checkThreshold('mixupePenalty', threshold);
  return tf.tidy(() => {
    const [size, numClasses] = logits.shape;
    const wanted = denseTargets(plainTargets(labels), numClasses);
    const error = tf.sub(wanted, tf.softmax(logits));
    const directional = tf.sum(tf.mul(logits, version === 'v4' ? stopGradient(error) : error), 1) as Tensor1D;
    const counted =
      version === 'v4'
        ? directional
        : tf.mul(directional, stopGradient(tf.cast(tf.less(directional, threshold), 'float32')));
    const penalty = tf.mul(tf.sum(counted), -mixupeScale(alpha) / size) as Scalar;
    return { penalty, directional };
  });
}

/**
 * MixupE's loss: its gradient is that of `L0 + eta·R`, scaled by `|L0|/|L0 + eta·R|`, so that its size stays that of Mixup's loss L0.
 * Nothing is scaled where the sum is 0.
 *
 * @param base L0, a scalar; borrowed.
 * @param penalty R, a scalar; borrowed.
 * @param eta Weight of the penalty.
 * @returns A new scalar.
 */
export function mixupeLoss(base: Scalar, penalty: Scalar, eta: number): Scalar {
  return tf.tidy(() => {
    const total = tf.add(base, tf.mul(penalty, eta));
    const [of, to] = [tf.abs(stopGradient(total)), tf.abs(stopGradient(base))];
    const one = tf.onesLike(of);
    const isZero = tf.equal(of, 0);
    const factor = tf.where(isZero, one, tf.div(to, tf.where(isZero, one, of)));
    return tf.mul(total, factor) as Scalar;
  });
}

/** `1 − λ̄`, where λ̄ is the mean of Beta(alpha + 1, alpha): `alpha/(2·alpha + 1)`. */
export function mixupeScale(alpha: number): number {
  checkAlpha('mixupeScale', alpha);
  return alpha === Infinity ? 0.5 : alpha / (2 * alpha + 1);
}
