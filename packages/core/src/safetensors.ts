/** Element types of a safetensors file that mix reads. */
export type SafetensorsDtype = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** Data of a host tensor. 16-bit floats are widened to `Float32Array` on reading. */
export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** A tensor in host memory. */
export interface HostTensor {
  /** Element type in the file. */
  readonly dtype: SafetensorsDtype;
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Row-major elements; aligned, and the reader's own copy. */
  readonly data: TensorData;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** Tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** The header's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor that still lies in its file. */
export interface StoredTensor {
  /** Element type in the file. */
  readonly dtype: SafetensorsDtype;
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Copies the row-major elements out of the file; 16-bit floats are widened to `Float32Array`. */
  readonly read: () => TensorData;
}

/** A safetensors file whose tensors are read one by one. */
export interface SafetensorsIndex {
  /** Tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The header's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A safetensors file whose tensors are yet to be written. */
export interface SafetensorsDraft {
  /** The whole file; its tensors are 0 until they are written. */
  readonly bytes: Uint8Array;
  /** Puts the elements of a tensor into their place. Throws `SHAPE` for others than were announced. */
  readonly write: (name: string, data: TensorData) => void;
}

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Whether this may be the size of an axis. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a tensor may not have this name. */
export function isReserved(name: string): boolean {
  return ['', '__metadata__', '__proto__', 'constructor', 'prototype'].includes(name);
}
