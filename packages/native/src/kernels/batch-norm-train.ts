import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's batch normalisation over the columns of `[rows,channels]`. */
export interface BatchNormAddon {
  batchNormTrain(
    x: Float32Array,
    scale: Float32Array,
    offset: Float32Array,
    residual: Float32Array | undefined,
    y: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    rows: number,
    channels: number,
    epsilon: number,
    relu: boolean,
  ): void;
  batchNormTrainGradient(
    dy: Float32Array,
    y: Float32Array,
    x: Float32Array,
    scale: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    dx: Float32Array,
    dScale: Float32Array,
    dOffset: Float32Array,
    dResidual: Float32Array | undefined,
    rows: number,
    channels: number,
    epsilon: number,
    relu: boolean,
  ): void;
}

interface Attrs {
  readonly epsilon: number;
  readonly relu: boolean;
  readonly residual: boolean;
}

interface Inputs {
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly offset: TensorInfo;
  readonly residual?: TensorInfo;
}

interface GradientInputs {
  readonly dy: TensorInfo;
  readonly y: TensorInfo;
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

function matrixOf(x: TensorInfo): [rows: number, channels: number] {
  const channels = x.shape.at(-1) ?? 1;
  return [x.shape.slice(0, -1).reduce((product, size) => product * size, 1), channels];
}

const batchNormTrain: NativeKernel<Inputs, Attrs> = ({
  inputs: { x, scale, offset, residual },
  attrs: { epsilon, relu },
  backend,
}) => {
  const [rows, channels] = matrixOf(x);
  if (rows === 0 || channels === 0) {
    return [backend.zeros(x.shape), backend.zeros([channels]), backend.zeros([channels])];
  }
  const outputs = [backend.output(x.shape), backend.output([channels]), backend.output([channels])];
  const [y, mean, variance] = outputs.map((output) => backend.floats(output)) as Three;
  const [from, factors, offsets] = [x, scale, offset].map((input) => backend.floats(input)) as Three;
  const added = residual === undefined ? undefined : backend.floats(residual);
  backend.addon.batchNormTrain(
    from,
    factors,
    offsets,
    added,
    y,
    mean,
    variance,
    rows,
    channels,
    epsilon,
    relu,
  );
  return outputs;
};

type Three = [Float32Array, Float32Array, Float32Array];

const batchNormTrainGradient: NativeKernel<GradientInputs, Attrs> = ({
  inputs: { dy, y, x, scale, mean, variance },
  attrs: { epsilon, relu, residual },
  backend,
}) => {
  const [rows, channels] = matrixOf(x);
  const make = rows === 0 ? backend.zeros.bind(backend) : backend.output.bind(backend);
  const outputs = [make(x.shape), make([channels]), make([channels]), ...(residual ? [make(x.shape)] : [])];
  if (rows === 0 || channels === 0) return outputs;
  const [dx, dScale, dOffset, dResidual] = outputs.map((output) => backend.floats(output));
  backend.addon.batchNormTrainGradient(
    backend.floats(dy),
    backend.floats(y),
    backend.floats(x),
    backend.floats(scale),
    backend.floats(mean),
    backend.floats(variance),
    dx as Float32Array,
    dScale as Float32Array,
    dOffset as Float32Array,
    dResidual,
    rows,
    channels,
    epsilon,
    relu,
  );
  return outputs;
};

/** Batch normalisation in training with residual add and ReLU: the fused operations of @mix/core's `batchNormTrain`. */
export const batchNormKernels: KernelTable = {
  MixBatchNormTrain: batchNormTrain,
  MixBatchNormTrainGrad: batchNormTrainGradient,
};
