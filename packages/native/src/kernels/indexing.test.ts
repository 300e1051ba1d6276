import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

const exact = { tolerance: 0 };
const types = ['float32', 'int32', 'bool'] as const;

/** Indices below `limit`. */
const indices = (limit: number, ...shape: number[]): Input => {
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    values: Int32Array.from({ length: size }, (_, i) => (i * 7919 + 3) % limit),
    shape,
    dtype: 'int32',
  };
};

const gathers: [shape: number[], indices: number[], axis: number, batchDims: number][] = [
  [[5], [3], 0, 0],
  [[5], [], 0, 0],
  [[5, 1], [4], 0, 0],
  [[5, 3], [2, 4], 0, 0],
  [[2, 5, 3], [4], 1, 0],
  [[2, 3, 5], [4], 2, 0],
  [[2, 5, 3], [0], 1, 0],
  [[4, 6], [4, 3], 1, 1],
  [[4, 3, 6, 2], [4, 5], 2, 1],
  [[2, 4, 6], [2, 4, 3], 2, 2],
  [[1000, 64], [1261], 0, 0],
];

describeNative('indexing', () => {
  for (const [shape, wanted, axis, batchDims] of gathers)
    it.each(types)(
      `gather [${wanted}] of [${shape}] along ${axis}, batchDims ${batchDims}, %s`,
      async (dtype) => {
        const inputs = [counted(dtype, ...shape), indices(shape[axis] as number, ...wanted)];
        await expectAsOnCpu((x, places) => tf.gather(x, places as Tensor1D, axis, batchDims), inputs, exact);
      },
    );

  it('gather refuses what is out of range', () => {
    tf.tidy(() => {
      const gather = (index: number): Tensor => tf.gather(tf.ones([4, 2]), tf.tensor1d([0, index], 'int32'));
      const before = tf.memory().numTensors;
      expect(() => gather(4)).toThrow('GatherV2: the index value 4 is not in [0, 3]');
      expect(() => gather(-1)).toThrow('GatherV2: the index value -1 is not in [0, 3]');
      expect(tf.memory().numTensors - before).toBe(4);
    });
  });

  it('gather gives gradients', async () => {
    const loss = (places: Tensor, axis: number) => (x: Tensor) =>
      tf.sum(tf.square(tf.gather(x, places as Tensor1D, axis)));
    for (const axis of [0, 1, 2])
      await expectAsOnCpu((x, places) => tf.grad(loss(places, axis))(x), [input(4, 5, 6), indices(4, 9)]);
  });

  it.each([1, 3, 64])('sums segments of rows of %i', async (width) => {
    const sum = (segments: number) => (x: Tensor, ids: Tensor) =>
      tf.unsortedSegmentSum(x, ids as Tensor1D, segments);
    await expectAsOnCpu(sum(7), [input(50, width), indices(7, 50)]);
    await expectAsOnCpu(sum(3), [input(5, width), { ...indices(3, 5), values: [0, -1, 2, 3, 2] }]);
    await expectAsOnCpu(sum(2), [input(0, width), indices(2, 0)]);
    await expectAsOnCpu(sum(20), [input(3000, width), indices(20, 3000)]);
  });

  it.each(types)('gatherND, %s', async (dtype) => {
    const at = (x: Tensor, places: Tensor): Tensor => tf.gatherND(x, places);
    const x = counted(dtype, 4, 4, 4);
    await expectAsOnCpu(at, [x, indices(4, 5, 3)], exact);
    await expectAsOnCpu(at, [x, indices(4, 5, 2)], exact);
    await expectAsOnCpu(at, [x, indices(4, 2, 3, 1)], exact);
    await expectAsOnCpu(at, [counted(dtype, 9, 9, 300), indices(9, 100, 2)], exact);
  });

  it.each(['float32', 'int32'] as const)('scatterND, %s', async (dtype) => {
    const scatter = (shape: number[]) => (places: Tensor, updates: Tensor) =>
      tf.scatterND(places, updates, shape);
    await expectAsOnCpu(scatter([8]), [indices(8, 4, 1), counted(dtype, 4)], exact);
    await expectAsOnCpu(scatter([5, 3]), [indices(5, 9, 1), counted(dtype, 9, 3)], exact);
    await expectAsOnCpu(scatter([4, 4, 2]), [indices(4, 6, 2), counted(dtype, 6, 2)], exact);
    await expectAsOnCpu(scatter([50, 300]), [indices(50, 400, 1), counted(dtype, 400, 300)], exact);
  });

  it('gatherND and scatterND refuse what is out of range', () => {
    tf.tidy(() => {
      const places = tf.tensor2d(
        [
          [0, 1],
          [1, 5],
        ],
        undefined,
        'int32',
      );
      expect(() => tf.gatherND(tf.ones([2, 2]), places)).toThrow(
        'Invalid indices: 1,5 does not index into 2,2',
      );
      expect(() => tf.scatterND(places, tf.ones([2]), [2, 2])).toThrow(
        'Invalid indices: 1,5 does not index into 2,2',
      );
    });
  });

  it.each(types)('oneHot, %s', async (dtype) => {
    const hot = (depth: number, on?: number, off?: number) => (places: Tensor) =>
      tf.oneHot(places, depth, on, off, dtype);
    await expectAsOnCpu(hot(4), [indices(4, 5)], exact);
    await expectAsOnCpu(hot(3, 1, 0), [{ ...indices(3, 3), values: [-1, 2, 3] }], exact);
    await expectAsOnCpu(hot(3, 5, -2), [indices(3, 2, 2)], exact);
    await expectAsOnCpu(hot(2), [indices(2)], exact);
    await expectAsOnCpu(hot(2), [indices(2, 0)], exact);
  });
});
