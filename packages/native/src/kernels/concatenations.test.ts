import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu } from '../../test/on-native.js';

const exact = { tolerance: 0 };
const types = ['float32', 'int32', 'bool'] as const;

const cases: [shapes: number[][], axis: number][] = [
  [[[2], [3]], 0],
  [[[2, 3]], 1],
  [
    [
      [2, 3],
      [2, 1],
      [2, 5],
    ],
    1,
  ],
  [
    [
      [2, 3],
      [0, 3],
      [4, 3],
    ],
    0,
  ],
  [
    [
      [0, 3],
      [0, 2],
    ],
    1,
  ],
  [
    [
      [3, 1],
      [3, 1],
      [3, 1],
    ],
    -1,
  ],
  [
    [
      [4, 20, 21, 16],
      [4, 20, 21, 40],
    ],
    3,
  ],
  [
    [
      [64, 1, 48],
      [64, 49, 48],
    ],
    1,
  ],
];

describeNative('concatenations', () => {
  for (const [shapes, axis] of cases)
    it.each(types)(`of ${JSON.stringify(shapes)} along ${axis}, %s`, async (dtype) => {
      const inputs = shapes.map((shape) => counted(dtype, ...shape));
      await expectAsOnCpu((...tensors: Tensor[]) => tf.concat(tensors, axis), inputs, exact);
    });

  it.each(types)('by stacking, %s', async (dtype) => {
    const stack =
      (axis: number) =>
      (...tensors: Tensor[]) =>
        tf.stack(tensors, axis);
    const [a, b] = [counted(dtype, 2, 3), counted(dtype, 2, 3)];
    for (const axis of [0, 1, 2]) await expectAsOnCpu(stack(axis), [a, b, a], exact);
    await expectAsOnCpu(stack(1), [a], exact);
    await expectAsOnCpu(stack(0), [counted(dtype), counted(dtype)], exact);
    await expectAsOnCpu(stack(0), [counted(dtype, 0, 2), counted(dtype, 0, 2)], exact);
  });

  it('refuse shapes that do not fit', () => {
    tf.tidy(() => {
      expect(() => tf.concat([tf.ones([2, 3]), tf.ones([3, 2])], 0)).toThrow(/does not match/);
      expect(() => tf.stack([tf.ones([2]), tf.ones([3])])).toThrow(/matching shapes/);
    });
  });

  it('give gradients', async () => {
    const loss = (...xs: Tensor[]): Tensor =>
      tf.sum(tf.square(tf.concat([tf.stack(xs, 1), tf.stack(xs, 1)], 2)));
    await expectAsOnCpu(
      (a, b) => tf.grads(loss)([a, b]),
      [counted('float32', 3, 5), counted('float32', 3, 5)],
      exact,
    );
  });
});
