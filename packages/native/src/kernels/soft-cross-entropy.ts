import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';

/** The addon's cross-entropy of soft targets: dense ones in `values`, sparse ones in `classes` and `weights`, `count` a row. */
export interface SoftCrossEntropyAddon {
  softCrossEntropy(
    logits: Float32Array,
    loss: Float32Array,
    rows: number,
    numClasses: number,
    values: Float32Array | undefined,
    classes?: Int32Array,
    weights?: Float32Array,
    count?: number,
  ): void;
  softCrossEntropyGradient(
    dy: Float32Array,
    logits: Float32Array,
    dLogits: Float32Array,
    rows: number,
    numClasses: number,
    values: Float32Array | undefined,
    classes?: Int32Array,
    weights?: Float32Array,
    count?: number,
  ): void;
}

interface Inputs {
  readonly logits: TensorInfo;
  readonly values?: TensorInfo;
  readonly classes?: TensorInfo;
  readonly weights?: TensorInfo;
}

type Targets = [
  values: Float32Array | undefined,
  classes?: Int32Array,
  weights?: Float32Array,
  count?: number,
];

function targetsOf({ values, classes, weights }: Inputs, backend: NativeBackend): Targets {
  if (classes === undefined || weights === undefined) return [backend.floats(values as TensorInfo)];
  return [undefined, backend.values(classes, 'int32'), backend.floats(weights), classes.shape[1] as number];
}

const softCrossEntropy: NativeKernel<Inputs> = ({ inputs, backend }) => {
  const [rows, numClasses] = inputs.logits.shape as [number, number];
  const loss = backend.output([rows]);
  backend.addon.softCrossEntropy(
    backend.floats(inputs.logits),
    backend.floats(loss),
    rows,
    numClasses,
    ...targetsOf(inputs, backend),
  );
  return loss;
};

const softCrossEntropyGradient: NativeKernel<Inputs & { readonly dy: TensorInfo }> = ({
  inputs,
  backend,
}) => {
  const { dy, logits } = inputs;
  const [rows, numClasses] = logits.shape as [number, number];
  const dLogits = backend.output(logits.shape);
  backend.addon.softCrossEntropyGradient(
    backend.floats(dy),
    backend.floats(logits),
    backend.floats(dLogits),
    rows,
    numClasses,
    ...targetsOf(inputs, backend),
  );
  return dLogits;
};

/** The fused operations of @mix/core's `softCrossEntropy`. */
export const softCrossEntropyKernels: KernelTable = {
  MixSoftCrossEntropy: softCrossEntropy,
  MixSoftCrossEntropyGrad: softCrossEntropyGradient,
};
