import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';

/** The whole heap in bytes. Take it anew after every allocation, which may have grown and so replaced it. */
export function heapOf(backend: BackendWasm): Uint8Array {
  // Its declared type lacks the views that every Emscripten module has.
  return (backend.wasm as unknown as { readonly HEAPU8: Uint8Array }).HEAPU8;
}

/** `count` floats of the heap from byte `start` on; to be taken anew after every allocation. */
export function floatsAt(backend: BackendWasm, start: number, count: number): Float32Array {
  return new Float32Array(heapOf(backend).buffer, start, count);
}

/** Where a tensor's values begin, in bytes. It stays valid when the heap grows. */
export function pointer(backend: BackendWasm, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new output filled with zeros. */
export function makeZeros(
  backend: BackendWasm,
  shape: readonly number[],
  dtype: DataType = 'float32',
): TensorInfo {
  const output = backend.makeOutput([...shape], dtype);
  const start = pointer(backend, output);
  const bytes = util.sizeFromShape(output.shape) * util.bytesPerElement(dtype);
  heapOf(backend).fill(0, start, start + bytes);
  return output;
}

/** Lends `count` floats of tfjs' own heap while `use` runs. */
export function withScratch<T>(backend: BackendWasm, count: number, use: (start: number) => T): T {
  const scratch = backend.makeOutput([count], 'float32');
  try {
    return use(pointer(backend, scratch));
  } finally {
    backend.disposeData(scratch.dataId);
  }
}
