import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

const exact = { tolerance: 0 };
const types = ['float32', 'int32', 'bool'] as const;

const transposes: [number[], number[]][] = [
  [[], []],
  [[5], [0]],
  [
    [1, 1],
    [1, 0],
  ],
  [
    [1, 7],
    [1, 0],
  ],
  [
    [0, 3],
    [1, 0],
  ],
  [
    [3, 5],
    [1, 0],
  ],
  [
    [16, 16],
    [1, 0],
  ],
  [
    [33, 131],
    [1, 0],
  ],
  [
    [257, 300],
    [1, 0],
  ],
  [
    [2, 17, 3, 5],
    [0, 2, 1, 3],
  ],
  [
    [2, 17, 3, 2, 5],
    [2, 0, 3, 1, 4],
  ],
  [
    [2, 9, 11, 3],
    [0, 3, 1, 2],
  ],
  [
    [2, 3, 9, 11],
    [0, 2, 3, 1],
  ],
  [
    [4, 20, 24, 32],
    [0, 3, 1, 2],
  ],
  [
    [3, 37, 19],
    [2, 0, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 2, 1, 0],
  ],
  [
    [3, 1, 5, 1],
    [1, 0, 3, 2],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [5, 3, 1, 0, 2, 4],
  ],
];

describeNative('rearrangements', () => {
  for (const [shape, perm] of transposes)
    it.each(types)(`transpose [${shape}] by [${perm}], %s`, async (dtype) => {
      await expectAsOnCpu((x) => tf.transpose(x, perm), [counted(dtype, ...shape)], exact);
    });

  it('shares the data where only axes of one element move', () => {
    tf.tidy(() => {
      const x = tf.ones([3, 1, 4]);
      const before = tf.memory().numDataBuffers;
      expect(tf.transpose(x, [1, 0, 2]).shape).toEqual([1, 3, 4]);
      expect(tf.memory().numDataBuffers).toBe(before);
    });
  });

  it.each(types)('reverse, %s', async (dtype) => {
    const reverse = (axis?: number | number[]) => (x: Tensor) => tf.reverse(x, axis);
    await expectAsOnCpu(reverse(), [counted(dtype)], exact);
    await expectAsOnCpu(reverse(), [counted(dtype, 5)], exact);
    await expectAsOnCpu(reverse(1), [counted(dtype, 2, 3, 4)], exact);
    await expectAsOnCpu(reverse([0, -1]), [counted(dtype, 3, 70, 41)], exact);
    await expectAsOnCpu(reverse(2), [counted(dtype, 8, 32, 32, 3)], exact);
    await expectAsOnCpu(reverse(0), [counted(dtype, 0, 3)], exact);
    await expectAsOnCpu(reverse(), [counted(dtype, 70_001)], exact);
  });

  it.each(types)('tile, %s', async (dtype) => {
    const tile = (reps: number[]) => (x: Tensor) => tf.tile(x, reps);
    await expectAsOnCpu(tile([3]), [counted(dtype, 5)], exact);
    await expectAsOnCpu(tile([1, 1]), [counted(dtype, 2, 3)], exact);
    await expectAsOnCpu(tile([1, 4]), [counted(dtype, 7, 1)], exact);
    await expectAsOnCpu(tile([2, 3]), [counted(dtype, 2, 3)], exact);
    await expectAsOnCpu(tile([2, 1, 3]), [counted(dtype, 2, 5, 4)], exact);
    await expectAsOnCpu(tile([64, 1, 1]), [counted(dtype, 1, 17, 48)], exact);
    await expectAsOnCpu(tile([2, 0]), [counted(dtype, 2, 3)], exact);
  });

  it('depthToSpace', async () => {
    const spread = (size: number) => (x: Tensor) => tf.depthToSpace(x as Tensor4D, size, 'NHWC');
    await expectAsOnCpu(spread(2), [counted('float32', 2, 3, 5, 8)], exact);
    await expectAsOnCpu(spread(3), [counted('float32', 1, 2, 2, 9)], exact);
    await expectAsOnCpu(spread(2), [counted('float32', 4, 16, 16, 64)], exact);
  });

  it('keeps what is no number', async () => {
    const odd: Input = { values: [Number.NaN, Number.NEGATIVE_INFINITY, -0, 1e-42], shape: [2, 2] };
    await expectAsOnCpu((x) => tf.transpose(x), [odd], exact);
    tf.tidy(() => {
      const [, third] = tf.reverse(tf.tensor([Number.NaN, -0, 1]), 0).dataSync();
      expect(Object.is(third, -0)).toBe(true);
    });
  });

  it('gives tile and transpose their gradients', async () => {
    await expectAsOnCpu(
      (x) => tf.grad((y) => tf.sum(tf.square(tf.tile(tf.transpose(y), [2, 3]))))(x),
      [input(4, 5)],
    );
  });
});
