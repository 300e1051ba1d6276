import { adamwUpdate, ema, type SgdUpdateOptions, sgdUpdate, sumOfSquares } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, seededInput } from '../../test/on-native.js';
import { registerNative } from '../index.js';

const shapes = [[5], [1], [], [16, 3], [3, 3, 64, 64], [0, 4]];
const positive = (given: Input): Input => ({
  ...given,
  values: Float32Array.from(given.values as Float32Array, Math.abs),
});
const inputs = (shape: readonly number[]): Input[] => [1, 2, 3, 4].map((seed) => seededInput(seed, ...shape));

describeNative('updates', () => {
  const variants: [string, SgdUpdateOptions][] = [
    ['plain', { learningRate: 0.1 }],
    ['decaying', { learningRate: 0.1, weightDecay: 0.3 }],
    ['momentum', { learningRate: 0.1, momentum: 0.9 }],
    ['Nesterov, decaying', { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.3 }],
    ['Nesterov, decoupled', { learningRate: 0.1, momentum: 0.9, nesterov: true, shrink: 0.97 }],
  ];
  for (const shape of shapes) {
    for (const [name, options] of variants) {
      it(`sgd, ${name}, of [${shape}]`, async () => {
        await expectAsOnCpu(
          (weights, gradient, velocity) => [
            ...Object.values(
              sgdUpdate({ weights: weights as Tensor, gradient: gradient as Tensor }, options),
            ),
            ...Object.values(
              sgdUpdate({ weights: weights as Tensor, gradient: gradient as Tensor, velocity }, options),
            ),
          ],
          inputs(shape).slice(0, 3),
          { tolerance: 5e-7 },
        );
      });
    }

    it(`adamw of [${shape}]`, async () => {
      const [w, g, m, s] = inputs(shape) as [Input, Input, Input, Input];
      const options = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.2 };
      await expectAsOnCpu(
        (weights, gradient, mean, square) => [
          ...Object.values(
            adamwUpdate(
              { weights: weights as Tensor, gradient: gradient as Tensor },
              { ...options, step: 1 },
            ),
          ),
          ...Object.values(
            adamwUpdate(
              { weights: weights as Tensor, gradient: gradient as Tensor, mean, square },
              { ...options, step: 9 },
            ),
          ),
        ],
        [w, g, m, positive(s)],
        { tolerance: 1e-6 },
      );
    });

    it(`ema and sum of squares of [${shape}]`, async () => {
      await expectAsOnCpu(
        (average, value) => [
          ...[0, 0.3, 0.999, 1].map((momentum) => ema(average as Tensor, value as Tensor, momentum)),
          sumOfSquares(average as Tensor),
        ],
        inputs(shape).slice(0, 2),
      );
    });
  }

  it('passes NaN, infinities and denormals on', async () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-42, -0, 3e38, 1, -1];
    const moved = (by: number): Input => ({
      values: odd.map((_, i) => odd[(i + by) % 8] as number),
      shape: [8],
    });
    await expectAsOnCpu(
      (weights, gradient, velocity) => [
        ...Object.values(
          sgdUpdate(
            { weights: weights as Tensor, gradient: gradient as Tensor, velocity },
            { learningRate: 0.5, momentum: 0.5 },
          ),
        ),
        ema(weights as Tensor, gradient as Tensor, 0.75),
        sumOfSquares(tf.slice(weights as Tensor, [3], [2])),
        sumOfSquares(weights as Tensor),
      ],
      [moved(0), moved(1), moved(3)],
      { allowFallback: true },
    );
  });

  it('adds up many squares without losing any', () => {
    tf.tidy(() => {
      const x = tf.fill([3_000_001], 0.1);
      expect(sumOfSquares(x).dataSync()[0]).toBeCloseTo(3_000_001 * Math.fround(0.1) ** 2, 2);
    });
  });

  it('gives the same bits on any number of threads', () => {
    const given = inputs([70_001]);
    const run = (threads: number): Buffer => {
      registerNative({ threads });
      return tf.tidy(() => {
        const [weights, gradient, velocity, square] = given.map((one) =>
          tf.tensor1d(one.values as Float32Array),
        );
        const options = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1, shrink: 0.9 };
        const first = { weights: weights as Tensor, gradient: gradient as Tensor };
        const adamw = {
          learningRate: 0.1,
          step: 3,
          beta1: 0.9,
          beta2: 0.99,
          epsilon: 1e-6,
          weightDecay: 0.2,
        };
        const outputs = [
          ...Object.values(sgdUpdate({ ...first, velocity }, options)),
          ...Object.values(
            adamwUpdate({ ...first, mean: velocity, square: tf.abs(square as Tensor) }, adamw),
          ),
          ema(weights as Tensor, gradient as Tensor, 0.9),
          sumOfSquares(weights as Tensor),
        ];
        return Buffer.concat(outputs.map((output) => new Uint8Array(output.dataSync().slice().buffer)));
      });
    };
    const alone = run(1);
    for (const threads of [2, 3]) expect(run(threads).equals(alone)).toBe(true);
    registerNative({ threads: 2 });
  });
});
