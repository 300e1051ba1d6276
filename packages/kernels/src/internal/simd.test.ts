import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { simdOf } from './simd.js';

/** As much of a backend as the module needs: memory, where Emscripten keeps it. */
function standIn(memory: WebAssembly.Memory, place: 'asm' | 'wasmMemory'): BackendWasm {
  const wasm = {
    HEAPU8: new Uint8Array(memory.buffer),
    ...(place === 'asm' ? { asm: { memory } } : { wasmMemory: memory }),
  };
  return { wasm } as unknown as BackendWasm;
}

it.each([
  ['plain', false, 'asm'],
  ['shared, as the threaded build has it', true, 'wasmMemory'],
] as const)('works on a memory that is %s', (_name, shared, place) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
  const floats = new Float32Array(memory.buffer);
  floats.set([1, 2, 3, 4]);
  const simd = simdOf(standIn(memory, place));
  simd.sumColumns(0, 2, 2, 64, 1);
  expect([...floats.subarray(16, 18)]).toEqual([3, 7]);
});

it('instantiates once per backend', () => {
  const backend = standIn(new WebAssembly.Memory({ initial: 1, maximum: 65536 }), 'asm');
  expect(simdOf(backend)).toBe(simdOf(backend));
});

it('says so when the memory cannot be reached', () => {
  expect(() => simdOf({ wasm: { HEAPU8: new Uint8Array(1) } } as unknown as BackendWasm)).toThrow(
    "registerKernels: the memory of tfjs' WebAssembly module must be reachable; got a build that hides it",
  );
});
