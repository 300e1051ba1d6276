import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's layer normalisation of rows that lie beside each other. */
export interface LayerNormAddon {
  layerNorm(
    x: Float32Array,
    scale: Float32Array,
    offset: Float32Array,
    y: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
  layerNormGradient(
    dy: Float32Array,
    x: Float32Array,
    scale: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    dx: Float32Array,
    dScale: Float32Array,
    dOffset: Float32Array,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
}

interface Inputs {
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly offset: TensorInfo;
}

interface GradientInputs {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

interface Attrs {
  readonly epsilon: number;
}

const layerNorm: NativeKernel<Inputs, Attrs> = ({ inputs, attrs: { epsilon }, backend }) => {
  const { x, scale, offset } = inputs;
  const outer = x.shape.slice(0, -1);
  const [y, mean, variance] = [backend.output(x.shape), backend.output(outer), backend.output(outer)];
  backend.addon.layerNorm(
    backend.floats(x),
    backend.floats(scale),
    backend.floats(offset),
    backend.floats(y),
    backend.floats(mean),
    backend.floats(variance),
    tf.util.sizeFromShape(outer),
    x.shape.at(-1) ?? 1,
    epsilon,
  );
  return [y, mean, variance];
};

const layerNormGradient: NativeKernel<GradientInputs, Attrs> = ({ inputs, attrs: { epsilon }, backend }) => {
  const { dy, x, scale, mean, variance } = inputs;
  const [dx, dScale, dOffset] = [
    backend.output(x.shape),
    backend.output(scale.shape),
    backend.output(scale.shape),
  ];
  backend.addon.layerNormGradient(
    backend.floats(dy),
    backend.floats(x),
    backend.floats(scale),
    backend.floats(mean),
    backend.floats(variance),
    backend.floats(dx),
    backend.floats(dScale),
    backend.floats(dOffset),
    tf.util.sizeFromShape(x.shape.slice(0, -1)),
    x.shape.at(-1) ?? 1,
    epsilon,
  );
  return [dx, dScale, dOffset];
};

/** Layer normalisation over the last axis: the outcome, means and biased variances; and its gradients. */
export const layerNormKernels: KernelTable = {
  MixLayerNorm: layerNorm,
  MixLayerNormGrad: layerNormGradient,
};
