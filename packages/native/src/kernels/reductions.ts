import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { convert } from '../internal/convert.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend, NumericType } from '../internal/native-backend.js';
import { type Extents, extentsOfAxis, reductionStages } from '../internal/reduction-stages.js';

/** The addon's functions over one axis, the middle one of three. Names end in a point and the type of x. */
export interface ReductionAddon {
  reduce(operation: string, x: TypedArray, y: TypedArray, ...extents: Extents): void;
  argExtreme(operation: string, x: TypedArray, y: Int32Array, ...extents: Extents): void;
  scan(
    operation: string,
    x: TypedArray,
    y: TypedArray,
    outer: number,
    size: number,
    inner: number,
    exclusive: boolean,
    reverse: boolean,
  ): void;
}

interface Attrs {
  /** tfjs' name for it in Max; null for all axes. */
  readonly reductionIndices?: number | number[] | null;
  readonly axis?: number | number[] | null;
  readonly keepDims: boolean;
}

// Runs the stages one after the other; temporary tensors in between are given back.
function reduced(
  backend: NativeBackend,
  operation: string,
  x: TensorInfo,
  stages: readonly Extents[],
): TensorInfo {
  const dtype = x.dtype as NumericType;
  return stages.reduce<TensorInfo>((from, [outer, size, inner], stage) => {
    const to = backend.output([outer, inner], dtype);
    const [values, results] = [backend.values(from, dtype), backend.values(to, dtype)];
    backend.addon.reduce(`${operation}.${dtype}`, values, results, outer, size, inner);
    if (stage > 0) backend.disposeIntermediateTensorInfo(from);
    return to;
  }, x);
}

interface Reduction {
  readonly operation: string;
  readonly types: readonly NumericType[];
  /** What other types are converted to, where they are. */
  readonly convertTo?: NumericType;
  /** The result over no elements is 0; else the CPU backend's. @defaultValue false */
  readonly zeroOfNone?: boolean;
}

function reduction({
  operation,
  types,
  convertTo,
  zeroOfNone,
}: Reduction): NativeKernel<{ x: TensorInfo }, Attrs> {
  return ({ inputs: { x: input }, attrs, backend, fallback }) => {
    const dtype = input.dtype as NumericType;
    const type = types.includes(dtype) ? dtype : convertTo;
    if (type === undefined || !['float32', 'int32', 'bool'].includes(dtype)) return fallback();
    const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number[], input.shape);
    const [short, gone] = tf.backend_util.computeOutAndReduceShapes(input.shape, axes);
    const shape = attrs.keepDims ? tf.backend_util.expandShapeToKeepDim(short, axes) : short;
    if (shape.includes(0)) return backend.output(shape, type);
    if (gone.includes(0)) return zeroOfNone === true ? backend.zeros(shape, type) : fallback();
    const x = convert(backend, input, type);
    const stages = reductionStages(input.shape, axes);
    const result = reduced(backend, operation, x, stages);
    if (stages.length > 0) backend.disposeIntermediateTensorInfo(x);
    return { ...result, shape };
  };
}

function argExtreme(operation: string): NativeKernel<{ x: TensorInfo }, { axis: number }> {
  return ({ inputs: { x }, attrs, backend, fallback }) => {
    const dtype = x.dtype as NumericType;
    if (dtype !== 'float32' && dtype !== 'int32') return fallback();
    const axes = tf.util.parseAxisParam(attrs.axis, x.shape).slice(0, 1);
    const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    if (x.shape.includes(0)) return fallback();
    const y = backend.output(shape, 'int32');
    const extents = extentsOfAxis(x.shape, axes[0] ?? 0);
    backend.addon.argExtreme(
      `${operation}.${dtype}`,
      backend.values(x, dtype),
      backend.values(y, 'int32'),
      ...extents,
    );
    return y;
  };
}

interface ScanAttrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

function scan(operation: string): NativeKernel<{ x: TensorInfo }, ScanAttrs> {
  return ({ inputs: { x: input }, attrs, backend, fallback }) => {
    const { dtype: given, shape } = input;
    if ((given !== 'float32' && given !== 'int32' && given !== 'bool') || shape.length === 0)
      return fallback();
    const dtype = given === 'bool' ? 'int32' : given;
    const y = backend.output(shape, dtype);
    if (shape.includes(0)) return y;
    const x = convert(backend, input, dtype);
    const [axis] = tf.util.parseAxisParam(attrs.axis, shape) as [number];
    backend.addon.scan(
      `${operation}.${dtype}`,
      backend.values(x, dtype),
      backend.values(y, dtype),
      ...extentsOfAxis(shape, axis),
      attrs.exclusive,
      attrs.reverse,
    );
    backend.disposeIntermediateTensorInfo(x);
    return y;
  };
}

const numbers = ['float32', 'int32'] as const;
const all = ['float32', 'int32', 'bool'] as const;

/** Reductions over any axes, positions of extremes, and running sums and products. */
export const reductionKernels: KernelTable = {
  Sum: reduction({ operation: 'sum', types: numbers, convertTo: 'int32', zeroOfNone: true }),
  Mean: reduction({ operation: 'mean', types: ['float32'], convertTo: 'float32', zeroOfNone: true }),
  Prod: reduction({ operation: 'prod', types: numbers, convertTo: 'int32' }),
  Max: reduction({ operation: 'max', types: all }),
  Min: reduction({ operation: 'min', types: all }),
  Any: reduction({ operation: 'max', types: ['bool'] }),
  All: reduction({ operation: 'min', types: ['bool'] }),
  ArgMax: argExtreme('argMax'),
  ArgMin: argExtreme('argMin'),
  Cumsum: scan('cumsum'),
  Cumprod: scan('cumprod'),
};
