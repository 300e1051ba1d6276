import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { registerKernels } from '../src/index.js';

type Data = { readonly shape: readonly number[]; readonly values: ArrayLike<number> };

/** Starts the WebAssembly backend with our kernels. */
export async function useWasm(): Promise<void> {
  registerKernels();
  expect(await tf.setBackend('wasm')).toBe(true);
}

/** What `compute` gives on a backend, as plain data; leaves wasm as the backend. */
export async function resultsOn(name: string, compute: () => tf.Tensor[]): Promise<Data[]> {
  expect([await tf.setBackend(name), tf.getBackend()]).toEqual([true, name]);
  const outputs = tf.tidy(compute);
  const data = outputs.map((output) => ({ shape: output.shape, values: output.dataSync() }));
  tf.dispose(outputs);
  await tf.setBackend('wasm');
  return data;
}

/** Expects the same shapes and values from wasm as from the CPU backend, relative to 1 + |value|. */
export async function expectSameOnCpu(compute: () => tf.Tensor[], tolerance = 2e-5): Promise<void> {
  const [wasm, cpu] = [await resultsOn('wasm', compute), await resultsOn('cpu', compute)];
  expect(wasm.map(({ shape }) => shape)).toEqual(cpu.map(({ shape }) => shape));
  for (const [which, output] of wasm.entries())
    expectClose(output.values, cpu[which]?.values ?? [], tolerance);
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-5): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [got, wanted] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    if (Object.is(got, wanted) || (got === wanted && got === 0)) continue;
    const error = Math.abs(got - wanted) / (1 + Math.abs(wanted));
    if (!(error <= tolerance)) expect.fail(`element ${i} must be ${wanted}; got ${got}`);
  }
}

/** Expects `compute` to leave no tensor and, once warm, no growth of the heap behind. */
export function expectNoLeak(compute: () => tf.Tensor[], rounds = 20): void {
  const round = (): void => tf.dispose(tf.tidy(compute));
  const heap = (): number => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  round();
  const [before, bytes] = [tf.memory(), heap()];
  for (let i = 0; i < rounds; i++) round();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  expect(heap()).toBe(bytes);
}
