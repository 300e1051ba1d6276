import type { MixedBatch, Mixer } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** How images in `[0,1]` are normalised, by channel. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Images in `[0,1]` as a network wants them; new. */
export function normalised(images: Tensor4D, { mean, std }: Normalisation): Tensor4D {
  return tf.tidy(() => tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...std])));
}

/** The other way round; new. */
export function asPictures(images: Tensor4D, { mean, std }: Normalisation): Tensor4D {
  return tf.tidy(() => tf.add(tf.mul(images, tf.tensor1d([...std])), tf.tensor1d([...mean])));
}

/** A mixer of normalised images as one of images in `[0,1]`, to be looked at. */
export function onPictures(mixer: Mixer, scale: Normalisation): Mixer {
  return (batch, context) => {
    const images = normalised(batch.images, scale);
    const mixed: MixedBatch = mixer({ ...batch, images }, context);
    const pictures = asPictures(mixed.images, scale);
    tf.dispose([images, mixed.images]);
    return { ...mixed, images: pictures };
  };
}
