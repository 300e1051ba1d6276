import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendValues, DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon.js';
import { Arena, type Block } from './arena.js';
import { KeptFilters } from './kept-filters.js';

/** The data types whose elements lie in one typed array. */
export type NumericType = 'float32' | 'int32' | 'bool';

interface ArrayOf {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

const constructors = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Whether elements of a type lie in one typed array: not those of strings and complex numbers. */
export function isNumeric(dtype: DataType): dtype is NumericType {
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
  readonly arena: Arena;
  readonly keptFilters: KeptFilters;
  // Of arrays that lie in the arena.
  readonly #blocks = new WeakMap<object, Block>();

  constructor(addon: Addon) {
    super();
    this.addon = addon;
    this.arena = new Arena(addon);
    this.keptFilters = new KeptFilters(this.arena);
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
    return this.#store(this.#copy(values, dtype), dtype);
  }

  /** Takes a tensor of another backend, which may still lie in an array of the user. */
  override move(
    dataId: object,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    if (dtype !== 'complex64') {
      this.data.set(dataId, { values: this.#copy(values, dtype), dtype, refCount });
      return;
    }
    const { real, imag } = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
    const complexTensorInfos = {
      real: this.makeTensorInfo(shape, 'float32', real),
      imag: this.makeTensorInfo(shape, 'float32', imag),
    };
    this.data.set(dataId, { values: undefined as never, dtype, refCount, complexTensorInfos });
  }

  /** Takes what a kernel of the CPU backend made, without a copy unless it is part of another tensor's memory. */
  override makeTensorInfo(shape: number[], dtype: DataType, values?: BackendValues | string[]): TensorInfo {
    if (!isNumeric(dtype) || values == null) return super.makeTensorInfo(shape, dtype, values);
    const made = values as TypedArray;
    const fits = made instanceof constructors[dtype] && !this.arena.owns(made.buffer);
    return fits ? this.#tensor(shape, dtype, made) : { dataId: this.write(made, shape, dtype), shape, dtype };
  }

  override readSync(dataId: object): BackendValues {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) ? (values as TypedArray).slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) this.keptFilters.forget(dataId);
    if (gone && ArrayBuffer.isView(values)) this.#give(values);
    return gone;
  }

  override memory(): NativeMemory {
    const numBytesHeld = this.arena.usedBytes + this.arena.freeBytes + this.addon.heldBytes();
    return { unreliable: false, reasons: [], numBytesHeld };
  }

  override dispose(): void {
    this.keptFilters.clear();
    this.arena.release();
    this.addon.releaseScratch();
  }

  #copy(values: BackendValues, dtype: DataType): BackendValues {
    if (!isNumeric(dtype) || values == null) return values;
    const from = values as TypedArray;
    const copy = this.#array(from.length, dtype);
    copy.set(from);
    return copy as unknown as BackendValues;
  }

  #array<T extends NumericType>(length: number, dtype: T): ArrayOf[T] {
    const Type = constructors[dtype];
    const bytes = length * Type.BYTES_PER_ELEMENT;
    // For so little, JavaScript's own memory is as fast.
    if (bytes < LEAST_BYTES) return new Type(length) as unknown as ArrayOf[T];
    const block = this.arena.take(bytes);
    const array = new Type(block.buffer, block.offset, length);
    this.#blocks.set(array, block);
    return array as unknown as ArrayOf[T];
  }

  #give(array: object): void {
    const block = this.#blocks.get(array);
    if (block === undefined) return;
    this.#blocks.delete(array);
    this.arena.give(block);
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

const LEAST_BYTES = 256;

function sizeOf(shape: readonly number[]): number {
  return tf.util.sizeFromShape([...shape]);
}
