import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NumericType } from '../internal/native-backend.js';

/** The addon's functions of one array. */
export interface UnaryAddon {
  /** `operation` is its name, a point and the type of x; the last two are its parameters. */
  unary(operation: string, x: TypedArray, y: TypedArray, count: number, first: number, second: number): void;
  fillFloats(y: Float32Array, count: number, value: number): void;
}

type Types = readonly NumericType[];
const floats: Types = ['float32'];
const numbers: Types = ['float32', 'int32'];

interface Options<Attrs> {
  /** The type of the output. @defaultValue the input's */
  readonly result?: NumericType;
  readonly parameters?: (attrs: Attrs) => readonly [number, number];
}

function unary<Attrs = object>(
  operation: string,
  types: Types,
  { result, parameters }: Options<Attrs> = {},
): NativeKernel<{ x: TensorInfo }, Attrs> {
  return ({ inputs: { x }, attrs, backend, fallback }) => {
    const dtype = x.dtype as NumericType;
    if (!types.includes(dtype)) return fallback();
    const y = backend.output(x.shape, result ?? dtype);
    const count = tf.util.sizeFromShape(x.shape);
    if (count === 0) return y;
    const [first, second] = parameters?.(attrs) ?? [0, 0];
    const [from, to] = [backend.values(x, dtype), backend.values(y, result ?? dtype)];
    backend.addon.unary(`${operation}.${dtype}`, from, to, count, first, second);
    return y;
  };
}

const alpha = { parameters: (attrs: { alpha: number }) => [attrs.alpha, 0] as const };
const limits = {
  parameters: (attrs: { clipValueMin: number; clipValueMax: number }) =>
    [attrs.clipValueMin, attrs.clipValueMax] as const,
};
const test = { result: 'bool' } as const;

/** Functions of one tensor, element by element. */
export const unaryKernels: KernelTable = {
  Relu: unary('relu', numbers),
  Relu6: unary('relu6', numbers),
  LeakyRelu: unary('leakyRelu', floats, alpha),
  Elu: unary('elu', floats),
  Selu: unary('selu', floats),
  Sigmoid: unary('sigmoid', floats),
  Softplus: unary('softplus', floats),
  Tanh: unary('tanh', floats),
  Step: unary('step', floats, alpha),
  Exp: unary('exp', floats),
  Expm1: unary('expm1', floats),
  Log: unary('log', floats),
  Log1p: unary('log1p', floats),
  Erf: unary('erf', floats),
  Sqrt: unary('sqrt', floats),
  Rsqrt: unary('rsqrt', floats),
  Square: unary('square', numbers),
  Neg: unary('neg', numbers),
  Abs: unary('abs', numbers),
  Sign: unary('sign', numbers),
  Reciprocal: unary('reciprocal', floats),
  Floor: unary('floor', floats),
  Ceil: unary('ceil', floats),
  Round: unary('round', floats),
  ClipByValue: unary('clip', numbers, limits),
  Sin: unary('sin', floats),
  Cos: unary('cos', floats),
  Tan: unary('tan', floats),
  Asin: unary('asin', floats),
  Acos: unary('acos', floats),
  Atan: unary('atan', floats),
  Sinh: unary('sinh', floats),
  Cosh: unary('cosh', floats),
  Asinh: unary('asinh', floats),
  Acosh: unary('acosh', floats),
  Atanh: unary('atanh', floats),
  IsNan: unary('isNan', floats, test),
  IsInf: unary('isInf', floats, test),
  IsFinite: unary('isFinite', floats, test),
  LogicalNot: unary('logicalNot', ['bool']),
};
