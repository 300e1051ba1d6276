import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkLamOfRows } from './internal/check-lam-of-rows.js';

/**
 * Rescales each mask so that its mean is λ exactly, with values still in `[0,1]`: where the own image has too much, its share is
 * multiplied down, where too little, the other's is.
 *
 * @param share float32 `[B,H,W,1]`: the own image's share; borrowed.
 * @param lam λ of each row.
 * @returns A new tensor like `share`.
 */
export function adjustMask(share: Tensor4D, lam: readonly number[]): Tensor4D {
  const size = share.shape[0];
  checkLamOfRows('adjustMask', lam, size);
  return tf.tidy(() => {
    const wanted = tf.tensor4d([...lam], [size, 1, 1, 1]);
    const own = tf.clipByValue(share, 1e-8, 1);
    const other = tf.clipByValue(tf.sub(1, share), 1e-8, 1);
    const mean = tf.mean(own, [1, 2, 3], true);
    const fewer = tf.mul(own, tf.div(wanted, mean));
    const more = tf.sub(1, tf.mul(other, tf.div(tf.sub(1, wanted), tf.mean(other, [1, 2, 3], true))));
    const tooMuch = tf.tile(tf.greater(mean, wanted), [1, ...share.shape.slice(1)]);
    return tf.where(tooMuch, fewer, more) as Tensor4D;
  });
}
