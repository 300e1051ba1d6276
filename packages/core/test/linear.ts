import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { createRng } from '../src/rng.js';

/** Repeatable normal numbers. */
export function noise(shape: readonly number[], seed: number): tf.Tensor {
  const rng = createRng(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    [...shape],
  );
}

/** What an operation gives, on flat arrays of its inputs' values. */
export type Formula = (...inputs: readonly ArrayLike<number>[]) => ArrayLike<number>;

/** Holds an operation that is linear in each of its inputs to a formula: value, shape, and gradients by central differences. */
export function expectLinear(
  run: (...inputs: tf.Tensor[]) => tf.Tensor,
  formula: Formula,
  shapes: readonly (readonly number[])[],
  make: (shape: readonly number[], index: number) => tf.Tensor = noise,
): void {
  tf.tidy(() => {
    const inputs = shapes.map((shape, index) => make(shape, index + 3));
    const values = inputs.map((input) => Array.from(input.dataSync()));
    const got = run(...inputs);
    expectClose(got, formula(...values), 5);
    const dy = noise(got.shape, 1);
    const weights = dy.dataSync();
    const along = (arrays: number[][]): number =>
      Array.from(formula(...arrays)).reduce(
        (sum, value, index) => sum + value * (weights[index] as number),
        0,
      );
    tf.grads((...x) => run(...x))(inputs, dy).forEach((gradient, part) => {
      const moved = (index: number, by: number): number[][] =>
        values.map((list, at) => (at === part ? list.with(index, (list[index] as number) + by) : list));
      expect(gradient.shape).toEqual(shapes[part]);
      const wanted = Array.from(
        { length: gradient.size },
        (_, index) => (along(moved(index, 1)) - along(moved(index, -1))) / 2,
      );
      expectClose(gradient, wanted, 4);
    });
  });
}

function expectClose(got: tf.Tensor, wanted: ArrayLike<number>, digits: number): void {
  expect(got.size).toBe(wanted.length);
  for (const [index, value] of got.dataSync().entries()) {
    expect(value).toBeCloseTo(wanted[index] as number, digits);
  }
}

/** Numbers to the bit, so that NaNs and zeros count too. */
export function bits(values: ArrayLike<number>): number[] {
  return [...new Int32Array(Float32Array.from(Array.from(values)).buffer)];
}

/** Numbers that only a copy keeps. */
export function oddNumbers(backend: string): number[] {
  // WebGPU may take numbers below the smallest normal one for 0.
  const tiny = backend === 'webgpu' ? 1.2e-38 : 1e-45;
  return [Number.NaN, Number.POSITIVE_INFINITY, -0, tiny, 3e38, -1, 0.1, Number.NEGATIVE_INFINITY];
}

type Attrs = Readonly<Record<string, number | Int32Array | Float32Array>>;

/**
 * A stand-in for a backend's kernel and its gradients, in plain JavaScript: the forward kernel by a formula, the gradients by its
 * linearity in each input.
 *
 * @returns Names of the kernels that ran, and how to take them away again.
 */
export function standIns(
  forward: string,
  gradients: Readonly<Record<string, string>>,
  formula: (shapes: Readonly<Record<string, number[]>>, attrs: Attrs) => Formula,
  outputShape: (shapes: Readonly<Record<string, number[]>>, attrs: Attrs) => number[],
  inputShape: (input: string, shapes: Readonly<Record<string, number[]>>, attrs: Attrs) => number[],
): { readonly calls: string[]; readonly remove: () => void } {
  const calls: string[] = [];
  const names = Object.keys(gradients);
  const register = (
    kernelName: string,
    run: (inputs: Readonly<Record<string, tf.Tensor>>, attrs: Attrs) => tf.Tensor,
  ): void =>
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls.push(kernelName);
        return run(inputs as Record<string, tf.Tensor>, attrs as unknown as Attrs);
      },
    });
  const shapesOf = (inputs: Readonly<Record<string, tf.Tensor>>): Record<string, number[]> =>
    Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  register(forward, (inputs, attrs) => {
    const shapes = shapesOf(inputs);
    const values = names.map((name) => (inputs[name] as tf.Tensor).dataSync());
    return tf.tensor(Float32Array.from(formula(shapes, attrs)(...values)), outputShape(shapes, attrs));
  });
  for (const name of names) {
    register(gradients[name] as string, (inputs, attrs) => {
      const shape = inputShape(name, shapesOf(inputs), attrs);
      const size = shape.reduce((a, b) => a * b, 1);
      const shapes = { ...shapesOf(inputs), [name]: shape };
      const dy = (inputs['dy'] as tf.Tensor).dataSync();
      const along = (values: ArrayLike<number>): number => {
        const all = names.map((other) => (other === name ? values : (inputs[other]?.dataSync() ?? [])));
        return Array.from(formula(shapes, attrs)(...all)).reduce(
          (sum, value, i) => sum + value * (dy[i] as number),
          0,
        );
      };
      const base = along(new Array(size).fill(0));
      const grad = Array.from(
        { length: size },
        (_, index) => along(new Array(size).fill(0).with(index, 1)) - base,
      );
      return tf.tensor(Float32Array.from(grad), shape);
    });
  }
  return {
    calls,
    remove: () => {
      for (const kernel of [forward, ...Object.values(gradients)]) tf.unregisterKernel(kernel, 'cpu');
    },
  };
}
