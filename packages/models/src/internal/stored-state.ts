import {
  invalidArgument,
  MixError,
  type NamedTensors,
  openSafetensors,
  type SafetensorsDtype,
  type TensorData,
} from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Weight } from '../weight.js';

/** A tensor of a state that is loaded, wherever it lies. */
export interface StoredValue {
  /** Element type as it is called there. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Whether a weight of this element type can take it. */
  fits(dtype: Weight['dtype']): boolean;
  /** A new tensor of the type that fits. */
  read(): Tensor;
}

const floats: readonly SafetensorsDtype[] = ['F32', 'F16', 'BF16', 'F64'];
const MAX_COUNT = 2 ** 31 - 1;

/** What there is to load from. */
export interface StoredState {
  readonly tensors: ReadonlyMap<string, StoredValue>;
  /** What the model's names begin with, as far as that is known. */
  readonly prefix: string;
}

/** The tensors of a safetensors file, or of a state in memory, by name. */
export function storedState(from: Uint8Array | NamedTensors, source: string): StoredState {
  if (!(from instanceof Uint8Array)) {
    refuseOthers(from);
    const tensors = new Map(Object.entries(from).map(([name, tensor]) => [name, inMemory(tensor)]));
    return { tensors, prefix: '' };
  }
  refusePickle(from, source);
  const { tensors: stored, metadata } = openSafetensors(from, source, 'loadState');
  const tensors = new Map(
    [...stored].map(([name, { dtype, shape, read }]) => [name, inFile(dtype, shape, read)]),
  );
  // What `fit` of @mix/train writes holds optimisers and the method too.
  return { tensors, prefix: metadata['format'] === 'mix-checkpoint' ? 'model.' : '' };
}

/** What programs without types pass, a path or a buffer, would else be a state that holds nothing. */
function refuseOthers(from: unknown): void {
  const isRecord = typeof from === 'object' && from !== null;
  const values = isRecord ? Object.values(from) : [];
  if (values.length > 0 && values.every((value) => value instanceof tf.Tensor)) return;
  throw invalidArgument(
    'loadState',
    'from',
    'be the bytes of a file (a Uint8Array), or tensors by name',
    isRecord ? `${from.constructor.name} of ${Object.keys(from).slice(0, 3)}` : from,
    { remedy: 'Read a file first, make new Uint8Array(buffer) of a buffer, take the tensors of a state' },
  );
}

function inMemory(tensor: Tensor): StoredValue {
  const { dtype, shape } = tensor;
  return {
    dtype: tensor.isDisposed ? 'disposed' : dtype,
    shape,
    fits: (wanted) => !tensor.isDisposed && dtype === wanted,
    read: () => tf.clone(tensor),
  };
}

function inFile(dtype: SafetensorsDtype, shape: readonly number[], read: () => TensorData): StoredValue {
  const isFloat = floats.includes(dtype);
  return {
    dtype,
    shape,
    // Counters and index tables are small enough to look at them before anything changes.
    fits: (wanted) => (wanted === 'float32' ? isFloat : isCount(dtype) && inRange(read())),
    read: () =>
      isFloat
        ? tf.tensor(asFloats(read()), [...shape], 'float32')
        : tf.tensor(Int32Array.from(read() as BigInt64Array | Int32Array, Number), [...shape], 'int32'),
  };
}

function isCount(dtype: SafetensorsDtype): boolean {
  return dtype === 'I64' || dtype === 'I32';
}

function inRange(values: TensorData): boolean {
  return (values as Int32Array).every((value) => Math.abs(Number(value)) <= MAX_COUNT);
}

function asFloats(values: TensorData): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values as Float64Array);
}

/** What `torch.save` writes is no safetensors file, and would only fail with a header that makes no sense. */
function refusePickle(bytes: Uint8Array, source: string): void {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
  const isPickle = bytes[0] === 0x80 && bytes[8] !== 0x7b;
  if (!isZip && !isPickle) return;
  throw new MixError(
    `loadState: ${source} must be a safetensors file; got what torch.save writes. Save it in Python with safetensors.torch.save_file(model.state_dict(), path)`,
    { code: 'FORMAT', argument: source, received: bytes.subarray(0, 4) },
  );
}
