import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { convert } from '../internal/convert.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend, NumericType } from '../internal/native-backend.js';

const numeric: readonly DataType[] = ['float32', 'int32', 'bool'];

function filled(
  backend: NativeBackend,
  shape: readonly number[],
  value: number,
  dtype: NumericType,
): TensorInfo {
  const y = backend.output(shape, dtype);
  if (dtype === 'float32')
    backend.addon.fillFloats(backend.floats(y), tf.util.sizeFromShape([...shape]), value);
  else backend.values(y, dtype).fill(value);
  return y;
}

const fill: NativeKernel<object, { shape: number[]; value: number | string; dtype?: DataType }> = ({
  attrs: { shape, value, dtype = tf.util.inferDtype(value) },
  backend,
  fallback,
}) => (numeric.includes(dtype) ? filled(backend, shape, Number(value), dtype as NumericType) : fallback());

function like(value: number): NativeKernel<{ x: TensorInfo }> {
  return ({ inputs: { x }, backend, fallback }) =>
    numeric.includes(x.dtype) ? filled(backend, x.shape, value, x.dtype as NumericType) : fallback();
}

const cast: NativeKernel<{ x: TensorInfo }, { dtype: DataType }> = ({
  inputs: { x },
  attrs: { dtype },
  backend,
  fallback,
}) => {
  if (!numeric.includes(x.dtype) || !numeric.includes(dtype)) return fallback();
  return convert(backend, x, dtype as NumericType);
};

const identity: NativeKernel<{ x: TensorInfo }> = ({ inputs: { x }, backend }) => backend.alias(x);

const reshape: NativeKernel<{ x: TensorInfo }, { shape: number[] }> = ({
  inputs: { x },
  attrs,
  backend,
  fallback,
}) => {
  if (x.dtype === 'complex64') return fallback();
  const size = tf.util.sizeFromShape(x.shape);
  const shape = tf.util.inferFromImplicitShape(attrs.shape, size);
  // tfjs-core looks only at tensors that are not empty.
  if (tf.util.sizeFromShape(shape) !== size)
    throw new Error(`Reshape: [${x.shape}] has ${size} elements, and [${attrs.shape}] another number`);
  return backend.alias(x, shape);
};

const expandDims: NativeKernel<{ input: TensorInfo }, { dim: number }> = ({
  inputs: { input },
  attrs: { dim },
  backend,
  fallback,
}) => {
  if (input.dtype === 'complex64') return fallback();
  const at = dim < 0 ? input.shape.length + dim + 1 : dim;
  return backend.alias(input, input.shape.toSpliced(at, 0, 1));
};

/** Tensors of one value, and tensors made of others without computing: other types, other shapes. */
export const creationKernels: KernelTable = {
  Fill: fill,
  OnesLike: like(1),
  ZerosLike: like(0),
  Cast: cast,
  Identity: identity,
  Reshape: reshape,
  ExpandDims: expandDims,
};
