import { type Mixer, mixTargets } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/** Plain mixup, so that this package's tests need no other than core. */
export const toyMixup: Mixer = (batch, { rng }) => {
  const [size, height, width] = batch.images.shape;
  const lam = rng.beta(1, 1);
  const partner = rng.permutation(size);
  return tf.tidy(() => {
    const other = tf.gather(batch.images, tf.tensor1d(partner, 'int32'));
    const sources = tf.tensor2d(
      partner.map((index, row) => [row, index]),
      [size, 2],
      'int32',
    );
    const shares = tf.tensor2d(
      partner.map(() => [lam, 1 - lam]),
      [size, 2],
    );
    return {
      images: tf.add(tf.mul(batch.images, lam), tf.mul(other, 1 - lam)) as tf.Tensor4D,
      targets: mixTargets(batch.labels, sources, shares),
      sources,
      lam: shares,
      plan: { method: 'toyMixup', shape: [size, height, width] as const },
    };
  });
};
