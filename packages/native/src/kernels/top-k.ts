import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's search for the largest elements. */
export interface TopKAddon {
  /** NaN counts as the largest. */
  topKOfRows(
    x: TypedArray,
    values: TypedArray,
    places: Int32Array,
    rows: number,
    width: number,
    k: number,
    isInt: boolean,
  ): void;
}

const topK: NativeKernel<{ x: TensorInfo }, { k: number }> = ({
  inputs: { x },
  attrs: { k },
  backend,
  fallback,
}) => {
  const { dtype } = x;
  if (dtype !== 'float32' && dtype !== 'int32') return fallback();
  const width = x.shape.at(-1) ?? 1;
  const shape = [...x.shape.slice(0, -1), k];
  const [values, places] = [backend.output(shape, dtype), backend.output(shape, 'int32')];
  backend.addon.topKOfRows(
    backend.values(x, dtype),
    backend.values(values, dtype),
    backend.values(places, 'int32'),
    tf.util.sizeFromShape(x.shape.slice(0, -1)),
    width,
    k,
    dtype === 'int32',
  );
  return [values, places];
};

/** The largest elements of every row, in order. */
export const topKKernels: KernelTable = { TopK: topK };
