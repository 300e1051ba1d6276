import { checkRange } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkLamOfRows } from './internal/check-lam-of-rows.js';

/** Whether a mix this lopsided is left to plain Mixup: `min(λ, 1 − λ) ≤ margin`, and margin above 0. */
export function isInMargin(lam: number, margin: number): boolean {
  return margin > 0 && (margin >= lam || margin >= 1 - lam);
}

/**
 * Replaces the learned masks of rows whose λ is within `margin` of 0 or 1 by the constant λ, so that those rows are plain Mixup.
 *
 * @param share float32 `[B,H,W,1]`: the own image's share in every pixel; borrowed.
 * @param lam λ of each row.
 * @param margin In `[0,½]`; 0 leaves every mask.
 * @returns A new tensor like `share`.
 */
export function applyLamMargin(share: Tensor4D, lam: readonly number[], margin: number): Tensor4D {
  checkRange('applyLamMargin', 'margin', margin, 0, 0.5);
  checkLamOfRows('applyLamMargin', lam, share.shape[0]);
  if (!lam.some((own) => isInMargin(own, margin))) return tf.clone(share);
  return tf.tidy(() => {
    const column = (values: readonly number[]): Tensor4D => tf.tensor4d([...values], [lam.length, 1, 1, 1]);
    const constant = tf.mul(tf.onesLike(share), column(lam));
    const inMargin = tf.cast(column(lam.map((own) => Number(isInMargin(own, margin)))), 'bool');
    return tf.where(tf.tile(inMargin, [1, ...share.shape.slice(1)]), constant, share) as Tensor4D;
  });
}
