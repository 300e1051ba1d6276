import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, applyActivation } from '../internal/apply-activation.js';
import { callKernel } from '../internal/call-kernel.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';

/** The addon's product of matrices. */
export interface MatmulAddon {
  /**
   * `c = a · b`, and `bias`, one value to a column, added.
   *
   * @param shape Whether a and b are transposed, rows, columns and depth, then the outer axes of a and as many of b.
   */
  matmul(
    a: Float32Array,
    b: Float32Array,
    bias: Float32Array | null,
    c: Float32Array,
    shape: readonly number[],
  ): void;
}

interface Attrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface Product {
  readonly outShape: readonly number[];
  readonly depth: number;
  readonly numbers: readonly number[];
}

/** What the addon is to compute: with as few outer axes, and as many rows at once, as the shapes allow. */
function productOf(a: TensorInfo, b: TensorInfo, { transposeA, transposeB }: Attrs): Product {
  const [m, k] = matrixShape(a, transposeA);
  const [inner, n] = matrixShape(b, transposeB);
  tf.util.assert(
    k === inner,
    () =>
      `Error in matMul: inner shapes (${k}) and (${inner}) of Tensors with shapes ${a.shape} and ${b.shape} ` +
      `and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const matrices = [transposeA ? 1 : 0, transposeB ? 1 : 0];
  const shape = { outShape: [...outer, m, n], depth: k };
  const batchA = tf.util.sizeFromShape(outerA);
  const batchB = tf.util.sizeFromShape(outerB);
  if (batchB === 1 && !transposeA) return { ...shape, numbers: [...matrices, batchA * m, n, k] };
  if (tf.util.arraysEqual(outerA, outerB)) {
    const batch = batchA === 1 ? [] : [batchA, batchB];
    return { ...shape, numbers: [...matrices, m, n, k, ...batch] };
  }
  return { ...shape, numbers: [...matrices, m, n, k, ...padded(outerA, outer), ...padded(outerB, outer)] };
}

function matrixShape({ shape }: TensorInfo, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

function padded(axes: readonly number[], { length }: readonly number[]): number[] {
  return [...Array<number>(length - axes.length).fill(1), ...axes];
}

function multiply(backend: NativeBackend, a: TensorInfo, b: TensorInfo, attrs: Attrs, bias?: TensorInfo) {
  const { outShape, depth, numbers } = productOf(a, b, attrs);
  if (depth === 0 || outShape.includes(0)) return backend.zeros(outShape);
  const c = backend.output(outShape);
  backend.addon.matmul(
    backend.floats(a),
    backend.floats(b),
    bias === undefined ? null : backend.floats(bias),
    backend.floats(c),
    numbers,
  );
  return c;
}

const areFloat = (...tensors: TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

const batchMatMul: NativeKernel<{ a: TensorInfo; b: TensorInfo }, Attrs> = ({
  inputs: { a, b },
  attrs,
  backend,
  fallback,
}) => (areFloat(a, b) ? multiply(backend, a, b, attrs) : fallback());

interface FusedInputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

const fusedMatMul: NativeKernel<FusedInputs, Attrs & Activation> = ({
  inputs: { a, b, bias, preluActivationWeights },
  attrs,
  backend,
  fallback,
}) => {
  if (!areFloat(a, b)) return fallback();
  const inside = bias !== undefined && isRow(bias, a, b, attrs);
  let c = multiply(backend, a, b, attrs, inside ? bias : undefined);
  if (bias !== undefined && !inside) {
    const sum = callKernel(backend, 'Add', { a: c, b: bias });
    backend.disposeIntermediateTensorInfo(c);
    c = sum;
  }
  return applyActivation(backend, c, attrs, preluActivationWeights);
};

// Whether the bias is one value to a column, and the product is not empty.
function isRow(bias: TensorInfo, a: TensorInfo, b: TensorInfo, attrs: Attrs): boolean {
  const [, depth] = matrixShape(a, attrs.transposeA);
  const [, columns] = matrixShape(b, attrs.transposeB);
  return depth > 0 && bias.dtype === 'float32' && bias.shape.at(-1) === columns && size(bias) === columns;
}

const size = ({ shape }: TensorInfo): number => tf.util.sizeFromShape(shape);

/** Products of matrices, plain and with bias and activation. */
export const matmulKernels: KernelTable = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
};
