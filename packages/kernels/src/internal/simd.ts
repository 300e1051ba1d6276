import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf } from './heap.js';
import { simdBytes } from './simd-bytes.js';

type Numeric = (...values: readonly number[]) => void;
type Count = (first: number, second: number) => number;

/** The functions of `assembly/`; pointers are byte offsets into the backend's heap, flags 0 or 1. */
export interface Simd {
  readonly adamwUpdate: Numeric;
  readonly addBox: Numeric;
  readonly addRow: Numeric;
  readonly attention: Numeric;
  readonly attentionGradient: Numeric;
  readonly attentionScratch: Count;
  readonly averagePoolGradient: Numeric;
  readonly blendPair: Numeric;
  readonly clearBox: Numeric;
  readonly columnMoments: Numeric;
  readonly convolveInputGradient: Numeric;
  readonly convolveFilterGradient: Numeric;
  readonly convolveGroups: Numeric;
  readonly copyImage: Numeric;
  readonly copyRuns: Numeric;
  readonly copyTransposed: Numeric;
  readonly depthwiseConvolve: Numeric;
  readonly depthwiseGradient: Numeric;
  readonly gatherRuns: Numeric;
  readonly gelu: Numeric;
  readonly geluGradient: Numeric;
  readonly groupedFilterGradient: Numeric;
  readonly layerNorm: Numeric;
  readonly layerNormGradient: Numeric;
  readonly matMul: Numeric;
  readonly matMulScratch: Count;
  readonly maxPoolGradient: Numeric;
  readonly normGradientSums: Numeric;
  readonly normInputGradient: Numeric;
  readonly normalize: Numeric;
  readonly pasteBox: Numeric;
  readonly scale: Numeric;
  readonly segmentSum: Numeric;
  readonly sgdUpdate: Numeric;
  readonly sumColumns: Numeric;
  readonly sumRows: Numeric;
  readonly weight: Numeric;
  readonly weightGradient: Numeric;
  readonly winogradConvolve: Numeric;
  readonly winogradFilterGradient: Numeric;
  readonly winogradGradientScratch: Count;
  readonly winogradScratch: Count;
}

const instances = new WeakMap<BackendWasm, Simd>();

/** Our own module, working on the backend's memory; instantiated once per backend. */
export function simdOf(backend: BackendWasm): Simd {
  const known = instances.get(backend);
  if (known !== undefined) return known;
  const memory = memoryOf(backend);
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const module = new WebAssembly.Module(shared ? withSharedMemory(decode(simdBytes)) : decode(simdBytes));
  const simd = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Simd;
  instances.set(backend, simd);
  return simd;
}

/** The memory of the Emscripten module: it is among its exports, or, with threads, among its properties. */
function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const module = backend.wasm as unknown as Readonly<Record<string, unknown>>;
  const heap = heapOf(backend).buffer;
  const exports = (module['asm'] ?? {}) as Readonly<Record<string, unknown>>;
  for (const candidate of [...Object.values(exports), ...Object.values(module)]) {
    if (candidate instanceof WebAssembly.Memory && candidate.buffer === heap) {
      return candidate;
    }
  }
  throw new Error(
    "registerKernels: the memory of tfjs' WebAssembly module must be reachable; got a build that hides it",
  );
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The same module importing a shared memory: the import's limits flag gains its "shared" bit. */
function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = [...'memory'].map((letter) => letter.charCodeAt(0));
  // Module name, field name, then 0x02 (a memory) and the limits flag: 0x01 is "has a maximum".
  const at = bytes.findIndex((_, i) => name.every((code, j) => bytes[i + j] === code)) + name.length;
  const patched = bytes.slice();
  if (patched[at] !== 2 || patched[at + 1] !== 1)
    throw new Error('registerKernels: unexpected memory import');
  patched[at + 1] = 3;
  return patched;
}
