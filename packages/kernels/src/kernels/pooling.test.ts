import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, resultsOn, useWasm } from '../../test/backends.js';
import { expectGradient } from '../../test/finite-differences.js';
import { values } from '../../test/values.js';

type Shape = [number, number, number, number];
type Case = [name: string, shape: Shape, window: number, stride: number, pad: 'same' | 'valid' | number];

const cases: Case[] = [
  ['2x2, stride 2', [2, 6, 8, 3], 2, 2, 'valid'],
  ['3x3, stride 2, same', [2, 8, 7, 5], 3, 2, 'same'],
  ['3x3, stride 1, same', [1, 5, 6, 8], 3, 1, 'same'],
  ['3x3, stride 2, padding 1', [1, 8, 8, 4], 3, 2, 1],
  ['the whole image', [2, 4, 4, 6], 4, 4, 'valid'],
  ['an empty batch', [0, 4, 4, 3], 2, 2, 'valid'],
];

// Spread apart, so that a step of the differences never changes which element is the largest.
const distinct = (shape: Shape): tf.Tensor4D => {
  const size = tf.util.sizeFromShape(shape);
  const order = [...values(size, 5).entries()].sort((p, q) => p[1] - q[1]).map(([i]) => i);
  const spread = new Float32Array(size);
  for (const [rank, i] of order.entries()) spread[i] = rank * 0.1;
  return tf.tensor4d(spread, shape);
};

beforeAll(useWasm);

describe.each(cases)('%s', (_name, shape, window, stride, pad) => {
  const average = (x: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, window, stride, pad);
  const largest = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, window, stride, pad);

  it('avgPool has the gradient that differences give, on wasm and on the CPU', async () => {
    const check = (): tf.Tensor[] => {
      expectGradient(average, [tf.tensor4d(values(tf.util.sizeFromShape(shape), 6), shape)]);
      return [];
    };
    await resultsOn('wasm', check);
    await resultsOn('cpu', check);
  });

  it.each([0, -100])('maxPool has the gradient that differences give, shifted by %i', (shift) => {
    tf.tidy(() => expectGradient(largest, [tf.add(distinct(shape), shift)], { step: 0.03, tolerance: 5e-3 }));
  });

  it('agrees with the CPU backend', async () => {
    await expectSameOnCpu(() => {
      const x = tf.sub(distinct(shape), 100);
      return [average, largest].map((op) => tf.grad((a: tf.Tensor) => tf.sum(tf.square(op(a))))(x));
    });
  });
});

it('sends the gradient of a tie to the first of the largest', () => {
  const gradient = tf.tidy(() =>
    tf
      .grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(tf.fill([1, 2, 2, 1], -1))
      .dataSync(),
  );
  expect([...gradient]).toEqual([1, 0, 0, 0]);
});

it('leaves nothing behind', () => {
  const x = distinct([2, 8, 8, 4]);
  expectNoLeak(() => [tf.grad((a: tf.Tensor) => tf.sum(tf.avgPool(a as tf.Tensor4D, 3, 2, 'same')))(x)]);
});
