import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { values } from './values.js';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

export interface DifferenceOptions {
  /** Half the distance between the two points. Functions linear in each input take a large one. */
  readonly step?: number;
  /** Largest error, relative to 1 + |gradient|. */
  readonly tolerance?: number;
  /** Coordinates tried per input. */
  readonly probes?: number;
}

/**
 * Holds the gradient of `Σ weights · op(inputs)`, for fixed random weights, to central differences
 * summed in float64, at coordinates spread over every input.
 */
export function expectGradient(
  op: Op,
  inputs: readonly tf.Tensor[],
  { step = 0.25, tolerance = 2e-4, probes = 16 }: DifferenceOptions = {},
): void {
  tf.tidy(() => {
    const output = op(...inputs);
    const weights = values(output.size, 99);
    const weighting = tf.tensor(weights, output.shape);
    const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(op(...xs), weighting)))([...inputs]);
    const loss = (xs: readonly tf.Tensor[]): number => tf.tidy(() => weighted(op(...xs).dataSync(), weights));
    inputs.forEach((input, which) => {
      expect(gradients[which]?.shape).toEqual(input.shape);
      const analytic = gradients[which]?.dataSync() ?? [];
      const at = input.dataSync();
      const stride = Math.max(1, Math.floor(input.size / probes) | 1);
      for (let i = 0; i < input.size; i += stride) {
        const [above, below] = [step, -step].map((delta) => {
          const moved = Float32Array.from(at);
          moved[i] = (moved[i] ?? 0) + delta;
          return loss(inputs.map((x, j) => (j === which ? tf.tensor(moved, input.shape) : x)));
        }) as [number, number];
        const numeric = (above - below) / (2 * step);
        const error = Math.abs(numeric - (analytic[i] ?? Number.NaN)) / (1 + Math.abs(numeric));
        expect(error, `input ${which}, element ${i}: ${analytic[i]}, by differences ${numeric}`).toBeLessThan(
          tolerance,
        );
      }
    });
  });
}

function weighted(outputs: ArrayLike<number>, weights: Float32Array): number {
  return weights.reduce((sum, weight, i) => sum + weight * (outputs[i] ?? Number.NaN), 0);
}
