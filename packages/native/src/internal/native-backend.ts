import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendValues, DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon.js';
import { BufferPool } from './buffer-pool.js';

/** The data types whose elements lie in one typed array. */
export type NumericType = 'float32' | 'int32' | 'bool';

interface ArrayOf {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

const constructors = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

function isNumeric(dtype: DataType): dtype is NumericType {
  return dtype in constructors;
}

/** What this backend adds to `tf.memory()`. */
export interface NativeMemory {
  /** False: tensors are freed when they are disposed, not when the garbage collector comes by. */
  readonly unreliable: boolean;
  readonly reasons: string[];
  /** Bytes of the system's memory held for tensors in use, for tensors to come and for intermediate results. */
  readonly numBytesHeld: number;
}

/**
 * tfjs' CPU backend with its arrays in pooled, aligned memory, so that the addon's kernels and the CPU backend's work on the
 * same data without copies. Arrays of users are copied in and out: a pooled buffer is used again once its tensor is disposed.
 */
export class NativeBackend extends MathBackendCPU {
  readonly addon: Addon;
  readonly pool: BufferPool;

  constructor(addon: Addon) {
    super();
    this.addon = addon;
    this.pool = new BufferPool(addon);
  }

  /** The elements of a tensor, borrowed until it is disposed. */
  values<T extends NumericType>(tensor: TensorInfo, dtype: T): ArrayOf[T] {
    if (tensor.dtype !== dtype) throw new Error(`a kernel for ${dtype} was given ${tensor.dtype}`);
    return this.data.get(tensor.dataId).values as unknown as ArrayOf[T];
  }

  /** {@link values} of a float32 tensor. */
  floats(tensor: TensorInfo): Float32Array {
    return this.values(tensor, 'float32');
  }

  /** A new tensor whose elements may hold anything: its kernel writes every one of them. */
  output(shape: readonly number[], dtype: NumericType = 'float32'): TensorInfo {
    return this.#tensor(shape, dtype, this.#array(sizeOf(shape), dtype));
  }

  /** A new tensor of zeros. */
  zeros(shape: readonly number[], dtype: NumericType = 'float32'): TensorInfo {
    return this.#tensor(shape, dtype, this.#array(sizeOf(shape), dtype).fill(0));
  }

  /** The same data under another shape, as a tensor of its own. */
  alias(tensor: TensorInfo, shape: readonly number[] = tensor.shape): TensorInfo {
    this.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
  }

  /** Takes what users give, and so copies it: they may write to it later. */
  override write(values: BackendValues, _shape: number[], dtype: DataType): object {
    if (!isNumeric(dtype) || values == null) return this.#store(values, dtype);
    const from = values as TypedArray;
    const copy = this.#array(from.length, dtype);
    copy.set(from);
    return this.#store(copy, dtype);
  }

  /** Takes what a kernel of the CPU backend made, without a copy unless it is part of another tensor's memory. */
  override makeTensorInfo(shape: number[], dtype: DataType, values?: BackendValues | string[]): TensorInfo {
    if (!isNumeric(dtype) || values == null) return super.makeTensorInfo(shape, dtype, values);
    const made = values as TypedArray;
    const fits = made instanceof constructors[dtype] && !this.pool.owns(made.buffer);
    return fits ? this.#tensor(shape, dtype, made) : { dataId: this.write(made, shape, dtype), shape, dtype };
  }

  override readSync(dataId: object): BackendValues {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) ? (values as TypedArray).slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && ArrayBuffer.isView(values)) this.pool.give(values.buffer);
    return gone;
  }

  override memory(): NativeMemory {
    const numBytesHeld = this.pool.usedBytes + this.pool.freeBytes + this.addon.heldBytes();
    return { unreliable: false, reasons: [], numBytesHeld };
  }

  override dispose(): void {
    this.pool.release();
    this.addon.releaseScratch();
  }

  #array<T extends NumericType>(length: number, dtype: T): ArrayOf[T] {
    const Type = constructors[dtype];
    return new Type(this.pool.take(length * Type.BYTES_PER_ELEMENT), 0, length) as unknown as ArrayOf[T];
  }

  #tensor(shape: readonly number[], dtype: NumericType, values: TypedArray): TensorInfo {
    return { dataId: this.#store(values, dtype), shape: [...shape], dtype };
  }

  #store(values: BackendValues, dtype: DataType): object {
    const dataId = { id: counter++ };
    this.data.set(dataId, { values, dtype, refCount: 1 });
    return dataId;
  }
}

let counter = 0;

function sizeOf(shape: readonly number[]): number {
  return tf.util.sizeFromShape([...shape]);
}
