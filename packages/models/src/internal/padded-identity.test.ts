import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import { paddedIdentity } from './padded-identity.js';

describe('paddedIdentity', () => {
  useBackend('cpu');

  it('takes every second row and column and puts zero channels on both sides', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const y = paddedIdentity(4, 2)(x, true);
    expect(y.shape).toEqual([1, 2, 2, 4]);
    expect(Array.from(y.dataSync())).toEqual([0, 1, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0]);
  });

  it('sends the gradient back to the pixels that it took', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 2, 1]);
    const gradient = tf.grad((input) => tf.sum(paddedIdentity(2, 2)(input as tf.Tensor4D, true)))(x);
    expect(Array.from(gradient.dataSync())).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
  });
});
