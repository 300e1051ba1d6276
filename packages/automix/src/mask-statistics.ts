import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What {@link maskStatistics} gives; new scalars. */
export type MaskStatistics = {
  /** Mean share of the first image. */
  readonly mean: Scalar;
  /** Standard deviation over the pixels of an image, from its own mean: 0 where a mask is no more than plain Mixup. */
  readonly spread: Scalar;
  /** Mean entropy of a pixel's shares as a share of the most there can be: 1 for an equal blend, 0 for cut-and-paste. */
  readonly entropy: Scalar;
};

/**
 * Numbers that tell whether learned masks are of use: log them for every batch, since an epoch's mean hides masks that flip.
 *
 * @param masks float32 `[B,H,W,K]`: the share of each image in every pixel; with one channel, that of the first of two. Borrowed.
 */
export function maskStatistics(masks: Tensor4D): MaskStatistics {
  return tf.tidy(() => {
    const shares = masks.shape[3] === 1 ? [masks, tf.sub(1, masks)] : tf.split(masks, masks.shape[3], 3);
    const own = shares[0] as Tensor4D;
    const { variance } = tf.moments(own, [1, 2, 3]);
    const terms = shares.map((share) => tf.mul(share, tf.log(tf.add(share, 1e-12))));
    const entropy = tf.div(tf.mean(tf.addN(terms)), -Math.log(shares.length));
    return {
      mean: tf.mean(own) as Scalar,
      spread: tf.sqrt(tf.mean(variance)) as Scalar,
      entropy: entropy as Scalar,
    };
  });
}
