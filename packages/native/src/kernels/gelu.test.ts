import { gelu } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
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

const both = (x: Tensor, dy: Tensor): Tensor[] => [gelu(x), tf.grad((a: Tensor) => tf.mul(gelu(a), dy))(x)];

describeNative('gelu', () => {
  for (const shape of [[], [1], [17], [3, 5], [64, 65, 33], [0, 3]]) {
    it(`of [${shape}], with its gradient`, async () => {
      const x = input(...shape);
      const wide: Input = { ...x, values: Float32Array.from(x.values as Float32Array, (v) => 5 * v) };
      await expectAsOnCpu(both, [wide, seededInput(2, ...shape)]);
    });
  }

  it('passes NaN and infinities', async () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const x: Input = { values: [nan, infinity, -infinity, 0, -0, 1e30, -1e30, 1e-40], shape: [8] };
    const ones: Input = { values: new Float32Array(8).fill(1), shape: [8] };
    await expectAsOnCpu((a) => gelu(a), [x]);
    await expectAsOnCpu((a, dy) => both(a, dy)[1] as Tensor, [x, ones]);
  });

  // scipy.special.ndtr(x) * x
  it('has these values', () => {
    const values = tf.tidy(() => gelu(tf.tensor1d([-3, -1, -0.1, 0.1, 1, 3])).dataSync());
    const expected = [-0.00404969, -0.15865525, -0.04601722, 0.05398278, 0.84134475, 2.99595031];
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] as number, 6);
  });

  it('has the gradient of its differences', () => {
    tf.tidy(() => expectGradient(gelu, [tensorOf(input(5, 7))], { step: 0.02, tolerance: 1e-3 }));
  });
});
