import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend, NumericType } from '../internal/native-backend.js';
import { areMovable, stepsOf } from '../internal/strided-copy.js';

/** The addon's padding. */
export interface PaddingAddon {
  /** `value` is an array of one element; `numbers` hold for each axis its size, and what is added before and after it. */
  padConstant(x: TypedArray, y: TypedArray, value: TypedArray, numbers: readonly number[]): void;
  /**
   * Copies runs of `run` elements: that of y at some place along every axis is the run of x that begins at the sum of what the axes'
   * tables, one after another, hold for that place.
   */
  copyByTables(x: TypedArray, y: TypedArray, tables: Int32Array, sizes: readonly number[], run: number): void;
}

type Paddings = readonly (readonly [before: number, after: number])[];

const isPadded = ([before, after]: readonly [number, number]): boolean => before > 0 || after > 0;

function paddedShape(shape: readonly number[], paddings: Paddings): number[] {
  return paddings.map(([before, after], axis) => before + (shape[axis] as number) + after);
}

const padV2: NativeKernel<{ x: TensorInfo }, { paddings: Paddings; constantValue: number }> = ({
  inputs: { x },
  attrs: { paddings, constantValue },
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  if (!paddings.some(isPadded)) return backend.alias(x);
  const dtype = x.dtype as NumericType;
  const y = backend.output(paddedShape(x.shape, paddings), dtype);
  const numbers = paddings.flatMap((padding, axis) => [x.shape[axis] as number, ...padding]);
  const value = tf.util.getTypedArrayFromDType(dtype, 1).fill(constantValue);
  backend.addon.padConstant(backend.values(x, dtype), backend.values(y, dtype), value, numbers);
  return y;
};

/** Copies to every place of `shape` what an axis' table says, where axes after those with a table stay as they are. */
export function copyByTables(
  backend: NativeBackend,
  x: TensorInfo,
  shape: readonly number[],
  tables: readonly Int32Array[],
): TensorInfo {
  const dtype = x.dtype as NumericType;
  const y = backend.output(shape, dtype);
  const sizes = tables.map(({ length }) => length);
  if (tf.util.sizeFromShape([...shape]) === 0) return y;
  const joined = new Int32Array(sizes.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const table of tables) {
    joined.set(table, at);
    at += table.length;
  }
  const run = tf.util.sizeFromShape(shape.slice(tables.length));
  backend.addon.copyByTables(backend.values(x, dtype), backend.values(y, dtype), joined, sizes, run);
  return y;
}

const mirrorPad: NativeKernel<{ x: TensorInfo }, { paddings: Paddings; mode: 'reflect' | 'symmetric' }> = ({
  inputs: { x },
  attrs: { paddings, mode },
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  const last = paddings.findLastIndex(isPadded);
  if (last < 0) return backend.alias(x);
  const steps = stepsOf(x.shape);
  const repeat = mode === 'symmetric' ? 1 : 0;
  const tables = paddings.slice(0, last + 1).map(([before, after], axis) => {
    const size = x.shape[axis] as number;
    return Int32Array.from({ length: before + size + after }, (_, i) => {
      const at = i - before;
      const inside = at < 0 ? -at - repeat : at >= size ? 2 * (size - 1) - at + repeat : at;
      return inside * (steps[axis] as number);
    });
  });
  return copyByTables(backend, x, paddedShape(x.shape, paddings), tables);
};

/** Tensors with a border around them. */
export const paddingKernels: KernelTable = { PadV2: padV2, MirrorPad: mirrorPad };
