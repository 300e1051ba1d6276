import { disposeMixed } from '@mix/core';
import { randomErasing } from '@mix/handcrafted';
import type { Prepare } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Erases a rectangle of each training image with probability `prob`, in timm's sizes: normal noise takes its place, with the mean and
 * deviation of the normalised images. Labels stay. Images to evaluate, which come without an `rng`, are left alone.
 */
export function eraseImages(prepare: Prepare, prob: number): Prepare {
  if (prob === 0) return prepare;
  const erase = randomErasing({ prob, area: [0.02, 1 / 3], aspect: [0.3, 1 / 0.3], fill: 'noise' });
  return (host, rng) => {
    const batch = prepare(host, rng);
    if (rng === undefined) return batch;
    const erased = erase(batch, { rng: rng.fork('erase') });
    const images = tf.clone(erased.images);
    disposeMixed(erased);
    batch.images.dispose();
    return { ...batch, images };
  };
}
