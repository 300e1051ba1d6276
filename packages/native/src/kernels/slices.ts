import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import { areMovable, boxOf, copyOf, stepsOf } from '../internal/strided-copy.js';

const slice: NativeKernel<{ x: TensorInfo }, { begin: number | number[]; size?: number | number[] }> = ({
  inputs: { x },
  attrs,
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size) as [
    number[],
    number[],
  ];
  tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
  return boxOf(backend, x, begin, size);
};

interface StridedSliceAttrs {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

const stridedSlice: NativeKernel<{ x: TensorInfo }, StridedSliceAttrs> = ({
  inputs: { x },
  attrs,
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  const info = tf.slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
  if (info.isIdentity) return backend.alias(x, info.finalShape);
  const steps = stepsOf(x.shape);
  const start = info.begin.reduce((sum, at, axis) => sum + at * (steps[axis] as number), 0);
  const view = {
    start,
    // Of all axes of x, those too that the result does not have.
    shape: tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((size) => Math.max(size, 0)),
    steps: steps.map((step, axis) => step * (info.strides[axis] as number)),
  };
  return copyOf(backend, x, view, info.finalShape);
};

const splitV: NativeKernel<{ x: TensorInfo }, { numOrSizeSplits: number | number[]; axis: number }> = ({
  inputs: { x },
  attrs: { numOrSizeSplits, axis },
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
  const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along);
  let at = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === along ? at : 0));
    at += size;
    return boxOf(backend, x, begin, x.shape.with(along, size));
  });
};

const unpack: NativeKernel<{ value: TensorInfo }, { axis: number }> = ({
  inputs: { value },
  attrs: { axis },
  backend,
  fallback,
}) => {
  if (!areMovable(value)) return fallback();
  const along = axis < 0 ? axis + value.shape.length : axis;
  const shape = value.shape.toSpliced(along, 1);
  return Array.from({ length: value.shape[along] as number }, (_, at) => {
    const begin = value.shape.map((_, i) => (i === along ? at : 0));
    return boxOf(backend, value, begin, value.shape.with(along, 1), shape);
  });
};

/** Parts of a tensor. */
export const sliceKernels: KernelTable = {
  Slice: slice,
  StridedSlice: stridedSlice,
  SplitV: splitV,
  Unpack: unpack,
};
