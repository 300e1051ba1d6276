import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Mean distance between what a source's mask gives it in an image and its λ. A new scalar in `[0,1]`. */
export function maskError(masks: Tensor4D, lam: readonly (readonly number[])[]): Scalar {
  return tf.tidy(() => {
    const shares = tf.tensor2d(lam.flat(), [lam.length, masks.shape[3]]);
    return tf.mean(tf.abs(tf.sub(tf.mean(masks, [1, 2]), shares))) as Scalar;
  });
}
