import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { broadcastAxes } from '../internal/broadcast-axes.js';
import type { KernelCall, KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NumericType } from '../internal/native-backend.js';

/** The addon's functions of two arrays. */
export interface BinaryAddon {
  /** `operation` is its name, a point and the type of a and b; `axes` are those of {@link broadcastAxes}. */
  binary(operation: string, a: TypedArray, b: TypedArray, y: TypedArray, axes: readonly number[]): void;
  /** y = condition ? yes : no, with one condition for every row of `width` elements. */
  select(
    type: NumericType,
    condition: Uint8Array,
    yes: TypedArray,
    no: TypedArray,
    y: TypedArray,
    rows: number,
    width: number,
  ): void;
}

interface Operation {
  readonly name: string;
  readonly types: readonly NumericType[];
  /** The type of the output. @defaultValue the operands' */
  readonly result?: NumericType;
}

type Call = Pick<KernelCall<object>, 'backend' | 'fallback'>;

function run(
  { name, types, result }: Operation,
  a: TensorInfo,
  b: TensorInfo,
  { backend, fallback }: Call,
): TensorInfo | TensorInfo[] {
  const dtype = a.dtype as NumericType;
  if (a.dtype !== b.dtype || !types.includes(dtype)) return fallback();
  const { shape, axes } = broadcastAxes(a.shape, b.shape);
  const y = backend.output(shape, result ?? dtype);
  if (shape.includes(0)) return y;
  const [left, right] = [backend.values(a, dtype), backend.values(b, dtype)];
  backend.addon.binary(`${name}.${dtype}`, left, right, backend.values(y, result ?? dtype), axes);
  return y;
}

function binary(
  name: string,
  types: readonly NumericType[],
  result?: NumericType,
): NativeKernel<{ a: TensorInfo; b: TensorInfo }> {
  const operation = result === undefined ? { name, types } : { name, types, result };
  return ({ inputs: { a, b }, ...call }) => run(operation, a, b, call);
}

const floats = ['float32'] as const;
const numbers = ['float32', 'int32'] as const;
const all = ['float32', 'int32', 'bool'] as const;
const test = (name: string): NativeKernel<{ a: TensorInfo; b: TensorInfo }> => binary(name, all, 'bool');

const prelu: NativeKernel<{ x: TensorInfo; alpha: TensorInfo }> = ({ inputs: { x, alpha }, ...call }) =>
  run({ name: 'prelu', types: floats }, x, alpha, call);

const eluGradient: NativeKernel<{ dy: TensorInfo; y: TensorInfo }> = ({ inputs: { dy, y }, ...call }) =>
  run({ name: 'eluGrad', types: floats }, dy, y, call);

// The sum so far is this kernel's own output, so the addon may write where it reads.
const addN: NativeKernel<readonly TensorInfo[]> = ({ inputs, backend, fallback }) => {
  const [first, second, ...others] = inputs as readonly [TensorInfo, ...TensorInfo[]];
  const dtype = first.dtype as NumericType;
  if (dtype !== 'float32' && dtype !== 'int32') return fallback();
  if (second === undefined || first.shape.includes(0)) return backend.alias(first);
  const sum = backend.output(first.shape, dtype);
  const total = backend.values(sum, dtype);
  const { axes } = broadcastAxes(first.shape, first.shape);
  const add = (a: TypedArray, b: TensorInfo): void =>
    backend.addon.binary(`add.${dtype}`, a, backend.values(b, dtype), total, axes);
  add(backend.values(first, dtype), second);
  for (const other of others) add(total, other);
  return sum;
};

// The condition has the shape of the leading axes: tfjs has all of them, or the first one.
const select: NativeKernel<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }> = ({
  inputs: { condition, t, e },
  backend,
  fallback,
}) => {
  const dtype = t.dtype as NumericType;
  if (t.dtype !== e.dtype || condition.dtype !== 'bool' || !all.includes(dtype)) return fallback();
  const leads = tf.util.arraysEqual(condition.shape, t.shape.slice(0, condition.shape.length));
  if (!leads || !tf.util.arraysEqual(t.shape, e.shape)) return fallback();
  const y = backend.output(t.shape, dtype);
  if (t.shape.includes(0)) return y;
  const rows = tf.util.sizeFromShape(condition.shape);
  backend.addon.select(
    dtype,
    backend.values(condition, 'bool'),
    backend.values(t, dtype),
    backend.values(e, dtype),
    backend.values(y, dtype),
    rows,
    tf.util.sizeFromShape(t.shape) / rows,
  );
  return y;
};

/** Functions of two tensors or more, element by element, with broadcasting. */
export const binaryKernels: KernelTable = {
  Add: binary('add', numbers),
  Sub: binary('sub', numbers),
  Multiply: binary('mul', numbers),
  RealDiv: binary('div', floats),
  FloorDiv: binary('floorDiv', numbers, 'int32'),
  Mod: binary('mod', numbers),
  Pow: binary('pow', floats),
  Atan2: binary('atan2', floats),
  Maximum: binary('maximum', numbers),
  Minimum: binary('minimum', numbers),
  SquaredDifference: binary('squaredDifference', numbers),
  BitwiseAnd: binary('bitwiseAnd', ['int32']),
  Equal: test('equal'),
  NotEqual: test('notEqual'),
  Less: test('less'),
  LessEqual: test('lessEqual'),
  Greater: test('greater'),
  GreaterEqual: test('greaterEqual'),
  LogicalAnd: binary('logicalAnd', ['bool']),
  LogicalOr: binary('logicalOr', ['bool']),
  Prelu: prelu,
  EluGrad: eluGradient,
  AddN: addN,
  Select: select,
};
