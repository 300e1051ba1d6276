import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input, seededInput } from '../../test/on-native.js';
import type { NativeBackend } from '../internal/native-backend.js';

const positive = (...shape: number[]): Input => {
  const { values } = seededInput(4, ...shape);
  return { values: (values as Float32Array).map((value) => Math.abs(value) + 0.01), shape };
};
const normalize = (x: Tensor, mean: Tensor, variance: Tensor, offset?: Tensor, scale?: Tensor): Tensor =>
  tf.batchNorm(x, mean as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D, 1e-5);

describeNative('batch normalisation by given statistics', () => {
  it.each([
    [[2, 5, 7, 3], 3],
    [[4, 4, 4, 64], 64],
    [[5, 17], 17],
    [[3, 1], 1],
    [[0, 4, 4, 3], 3],
    [[8, 31, 32, 24], 24],
  ])('of %j', async (shape, channels) => {
    const statistics = [seededInput(2, channels), positive(channels)];
    const affine = [seededInput(3, channels), seededInput(5, channels)];
    await expectAsOnCpu(normalize, [input(...shape), ...statistics, ...affine]);
    await expectAsOnCpu(normalize, [input(...shape), ...statistics]);
  });

  it('with statistics of another shape', async () => {
    const shape = [2, 3, 4, 5];
    await expectAsOnCpu(normalize, [
      input(...shape),
      seededInput(2, ...shape),
      positive(...shape),
      seededInput(3, ...shape),
      seededInput(5, ...shape),
    ]);
  });

  it('leaves no memory behind where the CPU backend takes over', () => {
    const used = (): number => (tf.backend() as NativeBackend).arena.usedBytes;
    const [x, ones] = [tf.ones([7, 100]), tf.ones([3])];
    const before = used();
    const y = tf
      .engine()
      .runKernel('FusedBatchNorm', { x, mean: ones, variance: ones }, { varianceEpsilon: 1e-3 }) as Tensor;
    expect(used()).toBe(before);
    tf.dispose([x, ones, y]);
  });

  it('passes NaN, infinities and dead channels', async () => {
    const x = { values: [Number.NaN, 1, Number.POSITIVE_INFINITY, 2], shape: [2, 2] };
    await expectAsOnCpu(normalize, [x, input(2), { values: [0, Number.NaN], shape: [2] }]);
  });

  it('has gradients', async () => {
    const loss = (...inputs: Tensor[]): Tensor => {
      const [x, mean, variance, offset, scale] = inputs as [Tensor4D, Tensor, Tensor, Tensor, Tensor];
      return tf.sum(tf.square(normalize(x, mean, variance, offset, scale)));
    };
    await expectAsOnCpu(
      (...inputs) => tf.grads(loss)(inputs),
      [input(2, 3, 4, 6), seededInput(2, 6), positive(6), seededInput(3, 6), seededInput(5, 6)],
    );
  });
});
