import '@tensorflow/tfjs-layers';

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import { withoutGradient } from './without-gradient.js';

useBackend('cpu');

describe('withoutGradient', () => {
  it('gives the values, stops the gradient, and leaves only what it gave', () => {
    const x = tf.scalar(3);
    const before = tf.memory().numTensors;
    const { square, same } = withoutGradient(() => ({ square: tf.square(tf.add(x, 0)), same: x }));
    expect(tf.memory().numTensors - before).toBe(2);
    expect([square.dataSync()[0], same.dataSync()[0]]).toEqual([9, 3]);
    tf.dispose([square, same]);

    const f = (input: tf.Tensor): tf.Tensor =>
      tf.mul(input, withoutGradient(() => ({ square: tf.square(input) })).square);
    const gradient = tf.grad(f)(x);
    expect(gradient.dataSync()[0]).toBe(9);
    expect(x.isDisposed).toBe(false);
    tf.dispose([gradient, x]);
    expect(tf.memory().numTensors).toBe(before - 1);
  });

  it('keeps nothing when the computation throws', () => {
    const before = tf.memory().numTensors;
    expect(() =>
      withoutGradient(() => {
        tf.scalar(1);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
  });
});
