import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's batch normalisation by given statistics. */
export interface BatchNormInferenceAddon {
  batchNormInference(
    x: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    scale: Float32Array | null,
    offset: Float32Array | null,
    y: Float32Array,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
}

interface Inputs {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly scale?: TensorInfo | null;
  readonly offset?: TensorInfo | null;
}

const sizeOf = ({ shape }: TensorInfo): number => tf.util.sizeFromShape(shape);

const fusedBatchNorm: NativeKernel<Inputs, { varianceEpsilon?: number | null }> = ({
  inputs: { x, mean, variance, scale, offset },
  attrs,
  backend,
  fallback,
}) => {
  const count = sizeOf(mean);
  const given = [variance, scale, offset].filter((tensor) => tensor !== null && tensor !== undefined);
  const fits = given.every((tensor) => tensor.dtype === 'float32' && sizeOf(tensor) === count);
  if (x.dtype !== 'float32' || mean.dtype !== 'float32' || !fits) return fallback();
  // As on the CPU backend, the statistics are repeated over all of x, whatever their shape.
  if (sizeOf(x) > 0 && sizeOf(x) % count !== 0) return fallback();
  const y = backend.output(x.shape);
  if (sizeOf(x) === 0) return y;
  const optional = (tensor: TensorInfo | null | undefined): Float32Array | null =>
    tensor === null || tensor === undefined ? null : backend.floats(tensor);
  backend.addon.batchNormInference(
    backend.floats(x),
    backend.floats(mean),
    backend.floats(variance),
    optional(scale),
    optional(offset),
    backend.floats(y),
    sizeOf(x) / count,
    count,
    attrs.varianceEpsilon ?? 0.001,
  );
  return y;
};

/** Batch normalisation by given statistics: what tf.batchNorm runs. */
export const batchNormInferenceKernels: KernelTable = { FusedBatchNorm: fusedBatchNorm };
