import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { testedBackends, useBackend } from '../test/use-backend.js';
import { batchNormTrain } from './batch-norm.js';
import { createRng } from './rng.js';

const noise = (shape: number[], seed: number): tf.Tensor => {
  const rng = createRng(seed);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    shape,
  );
};
const cases = [
  { relu: false, residual: false },
  { relu: true, residual: false },
  { relu: false, residual: true },
  { relu: true, residual: true },
];

// The same formulas in doubles.
function reference(
  x: Float32Array,
  scale: Float32Array,
  offset: Float32Array,
  residual: Float32Array | null,
  relu: boolean,
): number[] {
  const channels = scale.length;
  const count = x.length / channels;
  return Array.from(x, (value, index) => {
    const c = index % channels;
    const column = Array.from({ length: count }, (_, row) => x[row * channels + c] as number);
    const mean = column.reduce((sum, v) => sum + v, 0) / count;
    const variance = column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count;
    const y =
      (scale[c]! * (value - mean)) / Math.sqrt(variance + 1e-5) + offset[c]! + (residual?.[index] ?? 0);
    return relu ? Math.max(y, 0) : y;
  });
}

// cpu takes the plain composition, wasm the fused kernels of @mix/kernels.
describe.each(testedBackends('cpu', 'wasm'))('batchNormTrain on %s', (backend) => {
  useBackend(backend);

  it.each(cases)('has value and gradients of its formula: %j', ({ relu, residual }) => {
    tf.tidy(() => {
      const shape = [2, 3, 2, 3];
      const parts = [noise(shape, 1), noise([3], 2), noise([3], 3), noise(shape, 4)] as const;
      const weights = noise(shape, 5);
      const f = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, other: tf.Tensor): tf.Tensor =>
        batchNormTrain(x, scale as tf.Tensor1D, offset as tf.Tensor1D, {
          relu,
          ...(residual && { residual: other }),
        }).y;
      const data = parts.map((part) => part.dataSync() as Float32Array);
      const evaluate = (arrays: Float32Array[]): number[] =>
        reference(arrays[0]!, arrays[1]!, arrays[2]!, residual ? arrays[3]! : null, relu);
      f(...parts)
        .dataSync()
        .forEach((value, index) => expect(value).toBeCloseTo(evaluate(data)[index] as number, 4));

      const w = weights.dataSync();
      const total = (arrays: Float32Array[]): number =>
        evaluate(arrays).reduce((sum, y, index) => sum + y * w[index]!, 0);
      const inputs = residual ? parts : parts.slice(0, 3);
      const gradients = tf.grads((...xs: tf.Tensor[]) =>
        tf.sum(tf.mul(f(xs[0]!, xs[1]!, xs[2]!, xs[3] ?? parts[3]), weights)),
      )([...inputs]);
      gradients.forEach((gradient, part) => {
        gradient.dataSync().forEach((value, index) => {
          const moved = (offset: number): Float32Array[] =>
            data.map((array, at) =>
              at === part ? Float32Array.from(array, (v, i) => (i === index ? v + offset : v)) : array,
            );
          const difference = (total(moved(2e-3)) - total(moved(-2e-3))) / 4e-3;
          expect(Math.abs(value - difference)).toBeLessThan(2e-2 * Math.max(1, Math.abs(difference)));
        });
      });
    });
  });

  it.each([
    ['scale', [1], [3], undefined],
    ['offset', [3], [5], undefined],
    ['residual', [3], [3], [1, 3]],
  ] as const)('refuses a %s of another shape', (argument, scale, offset, residual) => {
    tf.tidy(() => {
      const given = residual && { residual: tf.ones([...residual]) as tf.Tensor };
      const run = () =>
        batchNormTrain(tf.ones([2, 3]) as tf.Tensor, tf.ones([...scale]), tf.ones([...offset]), { ...given });
      expect(run).toThrow(new RegExp(`batchNormTrain: ${argument} must be float32 `));
    });
  });

  it('gives mean and biased variance', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([1, 10, 3, 10], [2, 2]);
      const { mean, variance } = batchNormTrain(x, tf.tensor1d([1, 1]), tf.tensor1d([0, 0]));
      expect([...mean.dataSync(), ...variance.dataSync()]).toEqual([2, 10, 1, 0]);
    });
  });

  it('leaks nothing', () => {
    const x = noise([2, 2, 2, 3], 1);
    const [scale, offset] = [tf.ones<tf.Rank.R1>([3]), tf.zeros<tf.Rank.R1>([3])];
    const before = tf.memory().numTensors;
    for (let step = 0; step < 5; step++) {
      tf.dispose(
        tf.grad((input) => batchNormTrain(input, scale, offset, { relu: true, residual: input }).y)(x),
      );
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, scale, offset]);
  });
});
