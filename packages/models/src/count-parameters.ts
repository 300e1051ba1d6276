import type { Classifier } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from './model.js';

/**
 * Counts the parameters of a classifier, without its buffers (running statistics, tables of indices): a model of this package with
 * frozen stages counts those too, any other classifier what is in its `variables`.
 *
 * @returns The number of values.
 */
export function countParameters(model: Classifier & Partial<Pick<Model, 'weights'>>): number {
  const all =
    model.weights === undefined
      ? Object.values(model.variables)
      : [...model.weights.values()].filter(({ kind }) => kind === 'parameter');
  return all.reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0);
}
