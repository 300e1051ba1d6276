import { type Classifier, classActivationMap } from '@mix/core';
import { gradCam } from '@mix/models';
import * as tf from '@tensorflow/tfjs-core';
import { compareRelatively } from '../check.js';
import { tensor } from '../golden-case.js';
import type { Family } from './family.js';

const LIMIT = 1e-4;

export const gradcamFamily: Family = async (golden) => {
  const features = tensor<tf.Tensor4D>(golden, 'inputs.feature');
  const gradient = tensor<tf.Tensor4D>(golden, 'inputs.gradient');
  const kernel = tensor<tf.Tensor2D>(golden, 'inputs.dense');
  const classes = tensor<tf.Tensor1D>(golden, 'inputs.label');
  const maps = gradCam(classifierOf(gradient, kernel.shape[1]), features, { classes });
  return [
    await compareRelatively(golden, 'outputs.gradcam', maps, LIMIT),
    await compareRelatively(golden, 'outputs.cam', classActivationMap(features, { kernel }, classes), LIMIT),
  ];
};

/** Its images are its only stage, and every logit has this gradient by them. */
function classifierOf(gradient: tf.Tensor4D, numClasses: number): Classifier {
  return {
    numClasses,
    variables: {},
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
    forward: (images, { intercept }) =>
      tf.tidy(() => {
        const features = intercept === undefined ? tf.clone(images) : intercept.apply(images);
        const logit = tf.sum(tf.mul(features, gradient), [1, 2, 3]);
        const logits: tf.Tensor2D = tf.add(tf.expandDims(logit, 1), tf.zeros([1, numClasses]));
        return { logits, embedding: tf.clone(logits), stages: [features] };
      }),
  };
}
