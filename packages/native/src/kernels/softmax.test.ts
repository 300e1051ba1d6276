import { scaledSoftmax } from '@mix/core';
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

const shapes = [[1], [7], [3, 1], [2, 65], [5, 4, 16], [7, 3, 65, 65], [2, 1000], [1, 70000], [0, 5], [3, 0]];

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const strange: Input = {
  values: [nan, 1, 2, infinity, 1, 2, -infinity, 1, 2, -infinity, -infinity, -infinity, 1e30, -1e30, 0],
  shape: [5, 3],
};

const logSoftmax = (logits: Tensor): Tensor => tf.engine().runKernel('LogSoftmax', { logits }, { axis: -1 });

describeNative('softmax', () => {
  for (const shape of shapes) {
    it(`of [${shape}]`, async () => {
      await expectAsOnCpu((x) => tf.softmax(x), [input(...shape)]);
    });

    it(`of [${shape}], scaled, with its gradient`, async () => {
      await expectAsOnCpu(
        (x, weights) => [
          scaledSoftmax(x, -2.5),
          tf.grad((a: Tensor) => tf.mul(scaledSoftmax(a, -2.5), weights))(x),
        ],
        [input(...shape), seededInput(2, ...shape)],
      );
    });

    it(`of [${shape}], its logarithm`, async () => {
      await tf.setBackend('cpu');
      const { values } = input(...shape);
      const expected = tf.tidy(() => tf.logSoftmax(tf.tensor(values, shape)));
      const expectedValues = expected.dataSync();
      expected.dispose();
      await tf.setBackend('native');
      const actual = tf.tidy(() => logSoftmax(tf.tensor(values, shape)));
      expect(actual.shape).toEqual(shape);
      // One assertion for all: one for each of 800,000 values takes seconds.
      const errors = actual.dataSync().map((value, i) => Math.abs(value - (expectedValues[i] as number)));
      expect(errors.findIndex((error) => !(error < 5e-6))).toBe(-1);
      actual.dispose();
    });
  }

  it('passes NaN and infinities', async () => {
    await expectAsOnCpu((x) => tf.softmax(x), [strange]);
  });

  it('takes no sum of large numbers', () => {
    const outcome = tf.tidy(() => {
      const x = tf.tensor2d([[1e4, 1e4 - 1, -1e4]]);
      return Array.from(tf.concat([tf.softmax(x), logSoftmax(x)], 1).dataSync());
    });
    const expected = [0.7310586, 0.2689414, 0, -0.3132617, -1.3132617, -20000.3132617];
    for (const [i, value] of outcome.entries()) expect(value).toBeCloseTo(expected[i] as number, 2);
  });

  it('refuses another axis than the last', () => {
    const alongFirst = (): Tensor =>
      tf.engine().runKernel('Softmax', { logits: tf.ones([2, 3]) }, { dim: 0 });
    expect(() => tf.tidy(alongFirst)).toThrow(/non-last dimension/);
  });

  it('has the gradient of its differences', () => {
    const options = { step: 0.02, tolerance: 1e-3 };
    tf.tidy(() => expectGradient((x) => scaledSoftmax(x, 0.7), [tensorOf(input(3, 17))], options));
  });
});
