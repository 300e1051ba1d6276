import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { isNumeric, type NativeBackend, type NumericType } from './native-backend.js';

/** The addon's copy between two layouts of one array. */
export interface StridedCopyAddon {
  /** `numbers`: where both start, then for each axis, the outermost first, its size and its step in `from` and in `to`. */
  copyStrided(from: TypedArray, to: TypedArray, numbers: readonly number[]): void;
}

/** An axis of a copy: its size, and how far apart its elements are in the source and in the target. */
export type CopyAxis = readonly [size: number, from: number, to: number];

/** Copies elements of `x` to elements of `y`, which is of the same type. */
export function copyStrided(
  backend: NativeBackend,
  [x, from]: readonly [TensorInfo, number],
  [y, to]: readonly [TensorInfo, number],
  axes: readonly CopyAxis[],
): void {
  if (axes.some(([size]) => size === 0)) return;
  const dtype = x.dtype as NumericType;
  backend.addon.copyStrided(backend.values(x, dtype), backend.values(y, dtype), [from, to, ...axes.flat()]);
}

/** How far apart the elements of a tensor are along each of its axes. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    steps[axis] = (steps[axis + 1] as number) * (shape[axis + 1] as number);
  return steps;
}

/** The view of a tensor that a copy reads: where it starts, and the sizes and steps of its axes. */
export interface View {
  readonly start: number;
  readonly shape: readonly number[];
  readonly steps: readonly number[];
}

/** The elements of a view, as a new tensor of `shape`. */
export function copyOf(
  backend: NativeBackend,
  x: TensorInfo,
  view: View,
  shape: readonly number[] = view.shape,
): TensorInfo {
  const y = backend.output(shape, x.dtype as NumericType);
  const to = stepsOf(view.shape);
  const axes = view.shape.map((size, i): CopyAxis => [size, view.steps[i] as number, to[i] as number]);
  copyStrided(backend, [x, view.start], [y, 0], axes);
  return y;
}

/** Whether all tensors have numbers of one type. */
export function areMovable(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => isNumeric(dtype) && dtype === tensors[0]?.dtype);
}

/** The elements of a box of a tensor, as a new tensor of `shape`; of the whole tensor without a copy. */
export function boxOf(
  backend: NativeBackend,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
  shape: readonly number[] = size,
): TensorInfo {
  if (tf.util.arraysEqual([...x.shape], [...size])) return backend.alias(x, shape);
  const steps = stepsOf(x.shape);
  const start = begin.reduce((sum, at, axis) => sum + at * (steps[axis] as number), 0);
  return copyOf(backend, x, { start, shape: size, steps }, shape);
}
