import { createRng, disposeMixed } from '@mix/core';
import { cutmix, fmix, gmix, gridmix, hmix, mixup, resizemix, smoothmix } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { floats, integers } from './read-inputs.js';

const factories = { mixup, cutmix, fmix, gridmix, resizemix, smoothmix, hmix, gmix };

/** A mixer's work on a batch: draw, mix the images, and give the targets. */
export function prepareMixer({ mixer, shape, images, labels }) {
  const mix = factories[mixer]();
  const batch = {
    images: tf.tensor4d(floats(images), shape),
    labels: tf.tensor1d(integers(labels), 'int32'),
  };
  const rng = createRng(0);
  return {
    about: {},
    run: () => disposeMixed(mix(batch, { rng })),
    dispose: () => tf.dispose(batch),
  };
}
