import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Dropout } from './dropout.js';

describe('Dropout', () => {
  useBackend('cpu');

  it('drops single values at its rate and scales the others up', () => {
    const values = new Dropout(createRng(0), 0.25).apply(tf.ones([20, 200]), true).dataSync();
    const kept = values.filter((value) => value !== 0);
    expect(kept.length / values.length).toBeCloseTo(0.75, 1);
    expect(new Set(kept)).toEqual(new Set([Math.fround(4 / 3)]));
  });

  it('draws anew at every pass', () => {
    const dropout = new Dropout(createRng(0), 0.5);
    const x = tf.ones([100]);
    expect(dropout.apply(x, true).arraySync()).not.toEqual(dropout.apply(x, true).arraySync());
  });

  it.each([
    [0.5, false],
    [0, true],
  ])('at rate %d and training %s gives back what it got, and draws nothing', (rate, training) => {
    const dropout = new Dropout(createRng(0), rate);
    const x = tf.ones([3]);
    expect(dropout.apply(x, training)).toBe(x);
    expect(dropout.state()).toEqual(createRng(0).state());
  });
});
