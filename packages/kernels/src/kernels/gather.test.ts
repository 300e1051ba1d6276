import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { values } from '../../test/values.js';

beforeAll(useWasm);

it.each<[number[], number, number[], 'float32' | 'int32']>([
  [[6, 5], 0, [0, 3, 3, 5], 'float32'],
  [[4, 7, 3], 1, [6, 0, 0, 2], 'int32'],
  [[2, 3, 4, 8], -1, [7, 1], 'float32'],
  [[3, 100], 0, [2, 0], 'float32'],
  [[3], 0, [], 'float32'],
])('gathers of %j along axis %i what the CPU backend does', async (shape, axis, indices, dtype) => {
  await expectSameOnCpu(() => {
    const drawn = values(tf.util.sizeFromShape(shape), 1).map((value) => Math.round(value * 9));
    const x = tf.tensor(drawn, shape, dtype);
    const flat = tf.gather(x, tf.tensor1d(indices, 'int32'), axis);
    return indices.length < 4 ? [flat] : [flat, tf.gather(x, tf.tensor2d(indices, [2, 2], 'int32'), axis)];
  });
});

it('copies every bit, leaves nothing behind, and refuses an index that is none', () => {
  const x = tf.tensor2d([Number.NaN, -0, Number.POSITIVE_INFINITY, 1e-45], [2, 2]);
  const index = tf.tensor1d([1, 0], 'int32');
  expect([...tf.gather(x, index).dataSync()]).toEqual([
    Number.POSITIVE_INFINITY,
    Math.fround(1e-45),
    Number.NaN,
    -0,
  ]);
  expectNoLeak(() => [tf.gather(x, index)]);
  for (const none of [2, -1]) {
    expect(() => tf.gather(x, tf.tensor1d([none], 'int32'))).toThrow(
      `the index value ${none} is not in [0, 1]`,
    );
  }
});
