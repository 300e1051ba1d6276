import type { DataType, Tensor, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import { isNumeric, type NumericType } from '../internal/native-backend.js';
import { areMovable } from '../internal/strided-copy.js';

/** The addon's functions of rows by number. Those that answer name the place of the first index out of range, or -1. */
export interface IndexingAddon {
  gatherRows(
    x: TypedArray,
    indices: Int32Array,
    y: TypedArray,
    batch: number,
    outer: number,
    rows: number,
    count: number,
    width: number,
  ): number;
  gatherNd(
    x: TypedArray,
    indices: Int32Array,
    y: TypedArray,
    count: number,
    width: number,
    steps: readonly number[],
    rows: number,
  ): number;
  /** Adds to y, which must hold zeros. */
  segmentSum(
    x: Float32Array,
    ids: Int32Array,
    y: Float32Array,
    count: number,
    width: number,
    segments: number,
  ): void;
  /** Adds to y, which must hold zeros. */
  scatterAdd(
    updates: TypedArray,
    indices: Int32Array,
    y: TypedArray,
    count: number,
    width: number,
    steps: readonly number[],
    rows: number,
    isInt: boolean,
  ): number;
}

const sizeOf = (shape: readonly number[]): number => tf.util.sizeFromShape([...shape]);

const gatherV2: NativeKernel<
  { x: TensorInfo; indices: TensorInfo },
  { axis: number; batchDims?: number }
> = ({ inputs: { x, indices }, attrs: { axis, batchDims = 0 }, backend, fallback }) => {
  if (!areMovable(x) || indices.dtype !== 'int32') return fallback();
  const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    tf.backend_util.segment_util.collectGatherOpShapeInfo(x as Tensor, indices as Tensor, along, batchDims);
  const dtype = x.dtype as NumericType;
  const y = backend.output(outputShape, dtype);
  const wanted = backend.values(indices, 'int32');
  const bad = backend.addon.gatherRows(
    backend.values(x, dtype),
    wanted,
    backend.values(y, dtype),
    batchSize,
    outerSize,
    dimSize,
    batchSize === 0 ? 0 : sizeOf(indices.shape) / batchSize,
    sliceSize,
  );
  if (bad < 0) return y;
  backend.disposeIntermediateTensorInfo(y);
  throw new Error(`GatherV2: the index value ${wanted[bad]} is not in [0, ${dimSize - 1}]`);
};

/** What tfjs says of a group of indices that is out of range. */
function invalidIndices(indices: Int32Array, bad: number, depth: number, shape: readonly number[]): Error {
  const group = indices.subarray(bad * depth, (bad + 1) * depth);
  return new Error(`Invalid indices: ${group.join()} does not index into ${shape.join()}`);
}

const gatherNd: NativeKernel<{ params: TensorInfo; indices: TensorInfo }> = ({
  inputs: { params, indices },
  backend,
  fallback,
}) => {
  if (!areMovable(params) || indices.dtype !== 'int32') return fallback();
  const [shape, count, width, steps] = tf.backend_util.prepareAndValidate(
    params as Tensor,
    indices as Tensor,
  );
  const dtype = params.dtype as NumericType;
  const y = backend.output(shape, dtype);
  if (sizeOf(shape) === 0) return y;
  const wanted = backend.values(indices, 'int32');
  const [from, to] = [backend.values(params, dtype), backend.values(y, dtype)];
  const rows = sizeOf(params.shape) / width;
  const bad = backend.addon.gatherNd(from, wanted, to, count, width, steps, rows);
  if (bad < 0) return y;
  backend.disposeIntermediateTensorInfo(y);
  throw invalidIndices(wanted, bad, steps.length, params.shape);
};

const scatterNd: NativeKernel<{ indices: TensorInfo; updates: TensorInfo }, { shape: number[] }> = ({
  inputs: { indices, updates },
  attrs: { shape },
  backend,
  fallback,
}) => {
  const { dtype } = updates;
  if ((dtype !== 'float32' && dtype !== 'int32') || indices.dtype !== 'int32') return fallback();
  const { numUpdates, sliceSize, strides, outputSize } = tf.backend_util.calculateShapes(
    updates,
    indices,
    shape,
  );
  const y = backend.zeros(shape, dtype);
  if (outputSize === 0) return y;
  const wanted = backend.values(indices, 'int32');
  const [from, to] = [backend.values(updates, dtype), backend.values(y, dtype)];
  const rows = outputSize / sliceSize;
  const isInt = dtype === 'int32';
  const bad = backend.addon.scatterAdd(from, wanted, to, numUpdates, sliceSize, strides, rows, isInt);
  if (bad < 0) return y;
  backend.disposeIntermediateTensorInfo(y);
  throw invalidIndices(wanted, bad, strides.length, shape);
};

const unsortedSegmentSum: NativeKernel<
  { x: TensorInfo; segmentIds: TensorInfo },
  { numSegments: number }
> = ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend, fallback }) => {
  const known = x.dtype === 'float32' && segmentIds.dtype === 'int32' && segmentIds.shape.length === 1;
  if (!known || numSegments === 0) return fallback();
  const row = x.shape.slice(1);
  const y = backend.zeros([numSegments, ...row]);
  backend.addon.segmentSum(
    backend.floats(x),
    backend.values(segmentIds, 'int32'),
    backend.floats(y),
    sizeOf(segmentIds.shape),
    sizeOf(row),
    numSegments,
  );
  return y;
};

interface OneHotAttrs {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype: DataType;
}

const oneHot: NativeKernel<{ indices: TensorInfo }, OneHotAttrs> = ({
  inputs: { indices },
  attrs: { depth, onValue, offValue, dtype },
  backend,
  fallback,
}) => {
  if (!isNumeric(dtype) || indices.dtype !== 'int32') return fallback();
  const y = backend.output([...indices.shape, depth], dtype);
  const values = backend.values(y, dtype).fill(offValue);
  backend.values(indices, 'int32').forEach((place, row) => {
    if (place >= 0 && place < depth) values[row * depth + place] = onValue;
  });
  return y;
};

/** Rows of tensors by number. */
export const indexingKernels: KernelTable = {
  GatherV2: gatherV2,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  UnsortedSegmentSum: unsortedSegmentSum,
  OneHot: oneHot,
};
