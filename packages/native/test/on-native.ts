import '@tensorflow/tfjs-backend-cpu';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect } from 'vitest';
import { fallbacks, registerNative, resetFallbacks } from '../src/index.js';
import { loadAddon } from '../src/internal/load-addon.js';

/** Why the addon cannot be used here, or undefined. */
function whyNot(): string | undefined {
  try {
    loadAddon();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A suite that runs on the native backend, and is skipped with the reason where the addon is not built. */
export function describeNative(name: string, body: () => void): void {
  const reason = whyNot();
  if (reason !== undefined && process.env['MIX_NATIVE_REQUIRED'] === '1') throw new Error(reason);
  describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, () => {
    beforeAll(async () => {
      registerNative({ threads: 2 });
      expect(await tf.setBackend('native')).toBe(true);
    });
    body();
  });
}

/** An input as plain values, so that each backend gets tensors of its own. */
export interface Input {
  readonly values: TensorLike;
  readonly shape: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** Repeatable values from -1 to 1, without zeros. */
export function input(...shape: readonly number[]): Input {
  return seededInput(1, ...shape);
}

/** As {@link input}, other values for every seed. */
export function seededInput(seed: number, ...shape: readonly number[]): Input {
  const size = shape.reduce((product, length) => product * length, 1);
  // The usual hash by a sine: equal on every run, without the pattern of the sine itself.
  const values = Float32Array.from({ length: size }, (_, i) => {
    const hashed = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
    return 2 * (hashed - Math.floor(hashed)) - 1 || 0.5;
  });
  return { values, shape };
}

/** An input as a tensor of the current backend. */
export function tensorOf({ values, shape, dtype }: Input): Tensor {
  return tf.tensor(values, [...shape], dtype ?? 'float32');
}

type Outcome = Tensor | readonly Tensor[];

interface Computed {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: ArrayLike<number>;
}

async function computeOn(
  backend: string,
  compute: (...tensors: Tensor[]) => Outcome,
  inputs: readonly Input[],
): Promise<Computed[]> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const tensors = inputs.map(tensorOf);
  const outcome = tf.tidy(() => compute(...tensors) as Tensor | Tensor[]);
  const outputs = Array.isArray(outcome) ? outcome : [outcome];
  const computed = outputs.map((output) => ({
    shape: output.shape,
    dtype: output.dtype,
    values: output.dataSync() as ArrayLike<number>,
  }));
  tf.dispose([outputs, tensors]);
  expect(tf.memory().numTensors, `tensors left on ${backend}`).toBe(before);
  return computed;
}

/** How close, and whether plain JavaScript may run instead. */
export interface Closeness {
  /** Of the largest absolute value of the expected output. @defaultValue 1e-5 */
  readonly tolerance?: number;
  /** Whether the tolerance is of each element's own absolute value instead. @defaultValue false */
  readonly elementwise?: boolean;
  /** Allow kernels of the CPU backend. @defaultValue false */
  readonly allowFallback?: boolean;
}

/**
 * Runs a computation on the native and on the CPU backend and expects shapes, types and values to agree, NaN and
 * infinities included, no tensor to be left and no plain JavaScript to have run in the native one.
 */
export async function expectAsOnCpu(
  compute: (...tensors: Tensor[]) => Outcome,
  inputs: readonly Input[],
  { tolerance = 1e-5, elementwise = false, allowFallback = false }: Closeness = {},
): Promise<void> {
  const expected = await computeOn('cpu', compute, inputs);
  resetFallbacks();
  const actual = await computeOn('native', compute, inputs);
  if (!allowFallback) expect([...fallbacks()], 'fall-backs to plain JavaScript').toEqual([]);
  expect(actual.length).toBe(expected.length);
  for (const [i, { shape, dtype, values }] of expected.entries()) {
    const got = actual[i] as Computed;
    expect([got.shape, got.dtype]).toEqual([shape, dtype]);
    expectClose(got.values, values, tolerance, elementwise);
  }
}

// Below this, differences of denormals count for nothing.
const SMALLEST = 1e-38;

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  elementwise: boolean,
): void {
  expect(actual.length).toBe(expected.length);
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const size = Math.abs(expected[i] as number);
    if (Number.isFinite(size) && size > scale) scale = size;
  }
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] as number, expected[i] as number];
    if (Object.is(a, e) || a === e) continue;
    const allowed = tolerance * Math.max(elementwise ? Math.abs(e) : scale, SMALLEST);
    if (!(Number.isFinite(a) && Number.isFinite(e) && Math.abs(a - e) <= allowed))
      expect.fail(`element ${i} is ${a}, on the CPU backend ${e} (scale ${scale})`);
  }
}
