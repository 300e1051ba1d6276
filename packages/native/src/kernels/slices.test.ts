import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu } from '../../test/on-native.js';

const exact = { tolerance: 0 };
const types = ['float32', 'int32', 'bool'] as const;

const slices: [shape: number[], begin: number[], size: number[]][] = [
  [[5], [1], [3]],
  [[5], [0], [5]],
  [[5], [2], [0]],
  [
    [4, 6],
    [1, 2],
    [2, 3],
  ],
  [
    [4, 6],
    [1, 0],
    [2, -1],
  ],
  [
    [3, 40, 41, 5],
    [1, 3, 0, 1],
    [1, 30, 41, 3],
  ],
  [
    [8, 32, 32, 64],
    [0, 0, 0, 32],
    [8, 32, 32, 32],
  ],
  [
    [0, 3],
    [0, 1],
    [0, 2],
  ],
];

describeNative('slices', () => {
  for (const [shape, begin, size] of slices)
    it.each(types)(`of [${shape}] at [${begin}] of [${size}], %s`, async (dtype) => {
      await expectAsOnCpu((x) => tf.slice(x, begin, size), [counted(dtype, ...shape)], exact);
    });

  it('share the data of the whole', () => {
    tf.tidy(() => {
      const x = tf.ones([3, 4]);
      const before = tf.memory().numDataBuffers;
      expect(tf.slice(x, [0, 0], [3, 4]).shape).toEqual([3, 4]);
      expect(tf.memory().numDataBuffers).toBe(before);
    });
  });

  it.each(types)('with strides, %s', async (dtype) => {
    const strided =
      (begin: number[], end: number[], strides: number[], ...masks: number[]) =>
      (x: Tensor) =>
        tf.stridedSlice(x, begin, end, strides, ...masks);
    const x = counted(dtype, 7, 6, 5);
    await expectAsOnCpu(strided([0, 1, 0], [7, 6, 5], [2, 3, 1]), [x], exact);
    await expectAsOnCpu(strided([6, 5, 4], [0, 0, 0], [-2, -1, -3]), [x], exact);
    await expectAsOnCpu(strided([0, 0, 0], [7, 6, 5], [1, 1, 2]), [x], exact);
    await expectAsOnCpu(strided([1, 0, 0], [3, 6, 5], [1, 1, 1]), [x], exact);
    await expectAsOnCpu(strided([0, 2, 0], [0, 3, 0], [1, 1, 1], 5, 5, 0, 0, 2), [x], exact);
    await expectAsOnCpu(strided([0, 0], [0, 4], [1, 2], 1, 1, 1), [x], exact);
    await expectAsOnCpu(strided([0, 0, 1], [0, 0, 4], [1, 1, 1], 3, 3, 0, 1), [x], exact);
    await expectAsOnCpu(strided([0, 0, 0], [8, 40, 50], [1, 2, 2]), [counted(dtype, 8, 40, 50)], exact);
  });

  it.each(types)('of split and unstack, %s', async (dtype) => {
    const split = (sizes: number | number[], axis: number) => (x: Tensor) => tf.split(x, sizes, axis);
    await expectAsOnCpu(split(3, 0), [counted(dtype, 6, 5)], exact);
    await expectAsOnCpu(split([1, 0, 4], 1), [counted(dtype, 6, 5)], exact);
    await expectAsOnCpu(split([2, -1], -1), [counted(dtype, 2, 3, 5)], exact);
    await expectAsOnCpu(split(1, 1), [counted(dtype, 2, 3)], exact);
    await expectAsOnCpu(split(3, 2), [counted(dtype, 4, 17, 3 * 64)], exact);
    const unstack = (axis: number) => (x: Tensor) => tf.unstack(x, axis);
    await expectAsOnCpu(unstack(0), [counted(dtype, 3, 4)], exact);
    await expectAsOnCpu(unstack(-1), [counted(dtype, 2, 3, 4)], exact);
    await expectAsOnCpu(unstack(1), [counted(dtype, 2, 1, 4)], exact);
    await expectAsOnCpu(unstack(0), [counted(dtype, 3)], exact);
  });

  it('with strides may be empty, which the CPU backend does not take', () => {
    tf.tidy(() => {
      const y = tf.stridedSlice(tf.ones([7, 6]), [3, 0], [2, 6], [1, 1]);
      expect([y.shape, y.dataSync().length]).toEqual([[0, 6], 0]);
    });
  });

  it("of strings are the CPU backend's", async () => {
    await tf.setBackend('native');
    const words = tf.tensor(['a', 'b', 'c']);
    const [part, whole] = [tf.slice(words, 1, 2), tf.concat([words, words])];
    expect([await part.data(), await whole.data()]).toEqual([
      ['b', 'c'],
      ['a', 'b', 'c', 'a', 'b', 'c'],
    ]);
    tf.dispose([words, part, whole]);
  });

  it('are checked as on the CPU backend', () => {
    tf.tidy(() => {
      const x = tf.ones([2, 3]);
      expect(() => tf.slice(x, [0, 2], [2, 2])).toThrow(/begin\[1\] \+ size\[1\]/);
    });
  });

  it('give gradients', async () => {
    const loss = (x: Tensor): Tensor => {
      const [a, b] = tf.split(x, [2, 3], 1) as [Tensor, Tensor];
      return tf.add(
        tf.sum(tf.square(tf.slice(a, [1, 0], [2, 1]))),
        tf.sum(tf.square(tf.unstack(b, 0)[1] as Tensor)),
      );
    };
    await expectAsOnCpu((x) => tf.grad(loss)(x), [counted('float32', 3, 5)], exact);
  });
});
