import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's optimiser steps and moving averages over `count` elements. */
export interface UpdatesAddon {
  sgdUpdate(
    weights: Float32Array,
    gradient: Float32Array,
    velocity: Float32Array | undefined,
    out: Float32Array,
    nextVelocity: Float32Array | undefined,
    count: number,
    rate: number,
    momentum: number,
    decay: number,
    shrink: number,
    nesterov: boolean,
  ): void;
  adamwUpdate(
    weights: Float32Array,
    gradient: Float32Array,
    mean: Float32Array | undefined,
    square: Float32Array | undefined,
    out: Float32Array,
    nextMean: Float32Array,
    nextSquare: Float32Array,
    count: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    shrink: number,
    rate: number,
    rootScale: number,
  ): void;
  /** `out = from + step · (to − from)` */
  stepTowards(from: Float32Array, to: Float32Array, out: Float32Array, count: number, step: number): void;
  sumOfSquares(x: Float32Array, out: Float32Array, count: number): void;
}

interface SgdInputs {
  readonly weights: TensorInfo;
  readonly gradient: TensorInfo;
  readonly velocity?: TensorInfo;
}

interface SgdAttrs {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly shrink: number;
}

const sgd: NativeKernel<SgdInputs, SgdAttrs> = ({
  inputs: { weights, gradient, velocity },
  attrs: { learningRate, momentum, nesterov, weightDecay, shrink },
  backend,
}) => {
  const out = backend.output(weights.shape);
  const next = momentum > 0 ? backend.output(weights.shape) : undefined;
  const before = backend.floats(weights);
  backend.addon.sgdUpdate(
    before,
    backend.floats(gradient),
    velocity && backend.floats(velocity),
    backend.floats(out),
    next && backend.floats(next),
    before.length,
    learningRate,
    momentum,
    weightDecay,
    shrink,
    nesterov,
  );
  return next === undefined ? [out] : [out, next];
};

interface AdamwInputs {
  readonly weights: TensorInfo;
  readonly gradient: TensorInfo;
  readonly mean?: TensorInfo;
  readonly square?: TensorInfo;
}

interface AdamwAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly shrink: number;
  readonly rate: number;
  readonly rootScale: number;
}

const adamw: NativeKernel<AdamwInputs, AdamwAttrs> = ({
  inputs: { weights, gradient, mean, square },
  attrs: { beta1, beta2, epsilon, shrink, rate, rootScale },
  backend,
}) => {
  const outputs = [0, 1, 2].map(() => backend.output(weights.shape));
  const [out, nextMean, nextSquare] = outputs.map((output) => backend.floats(output)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const before = backend.floats(weights);
  backend.addon.adamwUpdate(
    before,
    backend.floats(gradient),
    mean && backend.floats(mean),
    square && backend.floats(square),
    out,
    nextMean,
    nextSquare,
    before.length,
    beta1,
    beta2,
    epsilon,
    shrink,
    rate,
    rootScale,
  );
  return outputs;
};

const ema: NativeKernel<{ average: TensorInfo; value: TensorInfo }, { momentum: number }> = ({
  inputs: { average, value },
  attrs: { momentum },
  backend,
}) => {
  // From the nearer of the two, so that a momentum of 0 or 1 copies.
  const [from, to, step] = momentum < 0.5 ? [value, average, momentum] : [average, value, 1 - momentum];
  if (step === 0) return backend.alias(from);
  const out = backend.output(from.shape);
  const elements = backend.floats(from);
  backend.addon.stepTowards(elements, backend.floats(to), backend.floats(out), elements.length, step);
  return out;
};

const sumOfSquares: NativeKernel<{ x: TensorInfo }> = ({ inputs: { x }, backend }) => {
  const out = backend.output([]);
  const elements = backend.floats(x);
  backend.addon.sumOfSquares(elements, backend.floats(out), elements.length);
  return out;
};

/** The fused operations of @mix/core's `sgdUpdate`, `adamwUpdate`, `ema` and `sumOfSquares`. */
export const updateKernels: KernelTable = {
  MixSgd: sgd,
  MixAdamw: adamw,
  MixEma: ema,
  MixSumOfSquares: sumOfSquares,
};
