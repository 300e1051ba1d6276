import { layerNorm } from '@mix/core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectGradient } from '../../../kernels/test/finite-differences.js';
import {
  describeNative,
  expectAsOnCpu,
  type Input,
  input,
  seededInput,
  tensorOf,
} from '../../test/on-native.js';

const normalize = (x: Tensor, scale: Tensor, offset: Tensor): Tensor =>
  layerNorm({ x, scale: scale as Tensor1D, offset: offset as Tensor1D });

const everything = (x: Tensor, scale: Tensor, offset: Tensor, weights: Tensor): Tensor[] => [
  normalize(x, scale, offset),
  ...tf.grads((a: Tensor, b: Tensor, c: Tensor) => tf.mul(normalize(a, b, c), weights))([x, scale, offset]),
];

const parameters = (shape: readonly number[]): [Input, Input] => {
  const channels = shape.at(-1) ?? 1;
  return [seededInput(3, channels), seededInput(4, channels)];
};

describeNative('layer normalisation', () => {
  for (const shape of [[7], [1, 3], [3, 5], [2, 65, 192], [5, 3, 197], [1000, 20], [0, 4], [300, 768]]) {
    it(`of [${shape}], with its gradients`, async () => {
      const inputs = [input(...shape), ...parameters(shape), seededInput(2, ...shape)];
      await expectAsOnCpu(everything, inputs, { tolerance: 3e-5 });
    });
  }

  it('of one channel is the offset', () => {
    const values = tf.tidy(() =>
      normalize(tf.tensor2d([[3], [5]]), tf.tensor1d([2]), tf.tensor1d([0.25])).dataSync(),
    );
    expect(Array.from(values)).toEqual([0.25, 0.25]);
  });

  it('keeps its precision far from zero', async () => {
    const x = input(16, 192);
    const far: Input = { ...x, values: Float32Array.from(x.values as Float32Array, (v) => 1000 + v) };
    await expectAsOnCpu(normalize, [far, ...parameters([192])], { tolerance: 1e-3 });
  });

  it('passes NaN and infinities, row by row', async () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const x: Input = { values: [nan, 1, 2, infinity, 1, 2, -1, 1, 2], shape: [3, 3] };
    await expectAsOnCpu(normalize, [x, ...parameters([3])]);
  });

  it('has the gradients of its differences', () => {
    const options = { step: 0.02, tolerance: 1e-3 };
    tf.tidy(() => expectGradient(normalize, [input(4, 19), ...parameters([19])].map(tensorOf), options));
  });
});
