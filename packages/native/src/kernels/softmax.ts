import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';

/** The addon's softmax, along rows that lie beside each other. */
export interface SoftmaxAddon {
  /** `y = softmax(scale · x)` */
  softmax(x: Float32Array, y: Float32Array, rows: number, columns: number, scale: number): void;
  /** `dx` from `y = softmax(scale · x)` and its gradient. */
  softmaxGradient(
    dy: Float32Array,
    y: Float32Array,
    dx: Float32Array,
    rows: number,
    columns: number,
    scale: number,
  ): void;
  logSoftmax(x: Float32Array, y: Float32Array, rows: number, columns: number): void;
}

/** The length of the last axis, and how many such rows there are. */
function rowsOf({ shape }: TensorInfo): { rows: number; columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { rows: tf.util.sizeFromShape(shape.slice(0, -1)), columns };
}

function scaledSoftmax(backend: NativeBackend, x: TensorInfo, scale: number): TensorInfo {
  const { rows, columns } = rowsOf(x);
  const y = backend.output(x.shape);
  backend.addon.softmax(backend.floats(x), backend.floats(y), rows, columns, scale);
  return y;
}

const isLast = (axis: number, { shape }: TensorInfo): boolean => axis === -1 || axis === shape.length - 1;

const softmax: NativeKernel<{ logits: TensorInfo }, { dim: number }> = ({
  inputs: { logits },
  attrs: { dim },
  backend,
  fallback,
}) => (logits.dtype === 'float32' && isLast(dim, logits) ? scaledSoftmax(backend, logits, 1) : fallback());

const logSoftmax: NativeKernel<{ logits: TensorInfo }, { axis: number }> = ({
  inputs: { logits },
  attrs: { axis },
  backend,
  fallback,
}) => {
  if (logits.dtype !== 'float32' || !isLast(axis, logits)) return fallback();
  const { rows, columns } = rowsOf(logits);
  const y = backend.output(logits.shape);
  backend.addon.logSoftmax(backend.floats(logits), backend.floats(y), rows, columns);
  return y;
};

const mixScaledSoftmax: NativeKernel<{ x: TensorInfo }, { scale: number }> = ({
  inputs: { x },
  attrs: { scale },
  backend,
}) => scaledSoftmax(backend, x, scale);

const mixScaledSoftmaxGrad: NativeKernel<{ dy: TensorInfo; y: TensorInfo }, { scale: number }> = ({
  inputs: { dy, y },
  attrs: { scale },
  backend,
}) => {
  const { rows, columns } = rowsOf(y);
  const dx = backend.output(y.shape);
  const { addon } = backend;
  addon.softmaxGradient(backend.floats(dy), backend.floats(y), backend.floats(dx), rows, columns, scale);
  return dx;
};

/** Softmax and its logarithm along the last axis, and the softmax of a multiple with its gradient. */
export const softmaxKernels: KernelTable = {
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  MixScaledSoftmax: mixScaledSoftmax,
  MixScaledSoftmaxGrad: mixScaledSoftmaxGrad,
};
