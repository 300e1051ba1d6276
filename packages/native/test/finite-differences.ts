import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type Input, seededInput } from './on-native.js';

type Outputs = readonly Tensor[];

// Small enough for the third derivative, large enough for the rounding of single precision.
const STEP = 1e-2;

/**
 * Expects the gradients of a computation by each of its inputs to agree with central differences along a direction, for a
 * weighted sum of all its outputs.
 */
export function expectGradients(
  compute: (...tensors: Tensor[]) => Outputs,
  inputs: readonly Input[],
  tolerance = 2e-3,
): void {
  const loss = (...tensors: Tensor[]): Tensor =>
    tf.addN(
      compute(...tensors).map((output, i) => {
        const { values } = seededInput(i + 11, ...output.shape);
        return tf.sum(tf.mul(output, tf.tensor(values, output.shape)));
      }),
    );
  const tensorsOf = (values: readonly Float32Array[]): Tensor[] =>
    inputs.map(({ shape }, i) => tf.tensor(values[i] as Float32Array, [...shape]));
  const start = inputs.map(({ values }) => Float32Array.from(values as Float32Array));
  const gradients = tf
    .tidy(() => tf.grads(loss)(tensorsOf(start)))
    .map((gradient) => {
      const values = gradient.dataSync<'float32'>();
      gradient.dispose();
      return values;
    });
  for (const [i, { shape }] of inputs.entries()) {
    const direction = seededInput(i + 29, ...shape).values as Float32Array;
    const lossAt = (step: number): number => {
      const moved = start.map((values, j) =>
        i === j ? values.map((v, k) => v + step * (direction[k] as number)) : values,
      );
      return tf.tidy(() => loss(...tensorsOf(moved)).dataSync()[0] as number);
    };
    const expected = (lossAt(STEP) - lossAt(-STEP)) / (2 * STEP);
    const gradient = gradients[i] as Float32Array;
    let actual = 0;
    let scale = 1;
    for (const [k, value] of gradient.entries()) {
      actual += value * (direction[k] as number);
      scale += value ** 2;
    }
    expect(Math.abs(actual - expected), `by input ${i}: ${actual}, by differences ${expected}`).toBeLessThan(
      tolerance * Math.sqrt(scale),
    );
  }
}
