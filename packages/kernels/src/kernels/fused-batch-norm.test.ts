import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { values } from '../../test/values.js';

beforeAll(useWasm);

describe.each([[[2, 3, 4, 8]], [[5, 7]], [[3, 2, 3]], [[0, 2, 2, 3]]])('batchNorm of %j', (shape) => {
  it.each([
    ['scale and offset', true, true],
    ['scale', true, false],
    ['offset', false, true],
    ['neither', false, false],
  ])('with %s agrees with the CPU backend', async (_name, scaled, shifted) => {
    await expectSameOnCpu(() => {
      const channels = shape.at(-1)!;
      const vector = (seed: number): tf.Tensor1D => tf.tensor1d(values(channels, seed));
      const x = tf.tensor(values(tf.util.sizeFromShape(shape), 1), shape);
      const [scale, offset] = [scaled ? vector(4) : undefined, shifted ? vector(5) : undefined];
      return [tf.batchNorm(x, vector(2), tf.abs(vector(3)) as tf.Tensor1D, offset, scale, 1e-3)];
    });
  });
});

it('takes statistics of the shape of x', async () => {
  await expectSameOnCpu(() => {
    const x = tf.tensor4d(values(24, 1), [1, 2, 3, 4]);
    return [tf.batchNorm(x, tf.mul(x, 0.5) as tf.Tensor4D, tf.abs(x) as tf.Tensor4D)];
  });
});

it('hands NaN on', () => {
  const y = tf.batchNorm(tf.tensor2d([[Number.NaN, 1]]), tf.tensor1d([0, 0]), tf.tensor1d([1, 1]));
  expect([...y.dataSync()].map(Number.isNaN)).toEqual([true, false]);
});

it('leaves nothing behind', () => {
  const [x, one] = [tf.ones([3, 4]), tf.ones([4]) as tf.Tensor1D];
  expectNoLeak(() => [tf.batchNorm(x, one, one, one, one)]);
});
