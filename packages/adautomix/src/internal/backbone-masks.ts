import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type MarginRule, usesConstantMask } from '../uses-constant-mask.js';

/** Learned masks `[R,H,W,K]`, in lopsided rows replaced by the constants λ. Borrows `masks`; a new tensor. */
export function backboneMasks(
  masks: Tensor4D,
  lam: readonly (readonly number[])[],
  { margin, rule }: { readonly margin: number; readonly rule: MarginRule },
): Tensor4D {
  const constant = lam.map((row) => usesConstantMask(row, margin, rule));
  if (!constant.includes(true)) return tf.clone(masks);
  return tf.tidy(() => {
    const [rows, , , count] = masks.shape;
    const shares = tf.mul(tf.onesLike(masks), tf.tensor4d(lam.flat(), [rows, 1, 1, count]));
    if (!constant.includes(false)) return shares;
    const where = tf.tile(tf.tensor4d(constant.map(Number), [rows, 1, 1, 1], 'bool'), [
      1,
      ...masks.shape.slice(1),
    ]);
    return tf.where(where, shares, masks);
  }) as Tensor4D;
}
