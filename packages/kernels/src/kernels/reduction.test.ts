import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { values } from '../../test/values.js';

const cases: [number[], number[]][] = [
  [[5], [0]],
  [[3, 4, 5], [0]],
  [
    [3, 4, 5],
    [0, 1],
  ],
  [
    [3, 4, 5],
    [1, 2],
  ],
  [
    [2, 70, 3, 6],
    [1, 2],
  ],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 4, 5],
    [0, 1, 2],
  ],
  [[2, 3, 33], [2]],
  [[2, 3, 1], [2]],
  [[0, 3], [0]],
  [[2, 0, 3], [2]],
];

beforeAll(useWasm);

describe.each(cases)('sum and mean of %j over %j', (shape, axes) => {
  it.each([false, true])('keepDims %s', async (keepDims) => {
    const size = tf.util.sizeFromShape(shape);
    await expectSameOnCpu(() => {
      const x = tf.tensor(values(size, 3), shape);
      const sums = [tf.sum(x, axes, keepDims)];
      return size === 0 ? sums : [...sums, tf.mean(x, axes, keepDims)];
    });
  });
});

it('sums integers and booleans as tfjs does', async () => {
  await expectSameOnCpu(() => [
    tf.sum(tf.tensor1d([1, 2, 3], 'int32')),
    tf.sum(tf.tensor1d([true, false, true])),
  ]);
});

it.each([
  [[0], 0],
  [[0, 3], 0],
  [[2, 0], 1],
  [[2, 0, 3], 1],
])('sums and averages nothing, %j over %j, to 0, whatever lay in memory before', (shape, axis) => {
  tf.tidy(() => {
    for (let size = 1; size <= 16; size++) tf.fill([size], 7).dispose();
    const [sums, means] = [tf.sum(tf.zeros(shape), axis), tf.mean(tf.zeros(shape), axis)];
    expect([...sums.dataSync()]).toEqual(Array(sums.size).fill(0));
    expect([...means.dataSync()]).toEqual(Array(means.size).fill(0));
  });
});

it.each(['float32', 'int32', 'bool'] as const)(
  'gives empty sums of nothing, and 0 for the rest, of %s',
  (dtype) => {
    tf.tidy(() => {
      for (const [shape, axes, left] of [
        [[0, 0, 7], [1], [0, 7]],
        [[0, 0, 7], [0, 2], [0]],
        [[2, 0, 3], [0, 2], [0]],
        [[5, 0, 3], [1], [5, 3]],
        [[3, 0, 2], [0, 1], [2]],
      ] as const) {
        for (let size = 1; size <= 16; size++) tf.fill([size], 7).dispose();
        const x = tf.zeros([...shape], dtype);
        const outputs = [tf.sum(x, [...axes]), tf.mean(x, [...axes])];
        expect(outputs.map((output) => output.shape)).toEqual([left, left]);
        expect(outputs.map((output) => output.dtype)).toEqual([
          dtype === 'float32' ? dtype : 'int32',
          'float32',
        ]);
        for (const output of outputs) expect([...output.dataSync()]).toEqual(Array(output.size).fill(0));
      }
    });
  },
);

it('hands NaN and infinities on', () => {
  const x = tf.tensor2d([
    [1, Number.NaN, 1],
    [Infinity, 1, -Infinity],
  ]);
  expect([...tf.sum(x, 0).dataSync()]).toEqual([Infinity, Number.NaN, -Infinity]);
  expect([...tf.mean(x, 1).dataSync()]).toEqual([Number.NaN, Number.NaN]);
});

it('leaves nothing behind', () => {
  const x = tf.ones([4, 5, 6]);
  expectNoLeak(() => [tf.sum(x, [0, 1]), tf.mean(x, 2)]);
});
