import type { Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { kaimingNormal } from './initialisers.js';

/** Sizes of a square convolution without bias. */
export interface ConvolutionOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  /** @defaultValue 1 */
  readonly stride?: number;
}

/** A convolution padded as PyTorch pads it: `(kernelSize − 1) / 2` on every side. */
export interface Convolution {
  /** HWIO. */
  readonly kernel: Variable<tf.Rank.R4>;
  /** `[B,H,W,I]` to `[B,h,w,O]`. */
  apply(x: Tensor4D): Tensor4D;
  /** The same with `kernel · scale` (per output channel), plus `offset`, and ReLU if wanted. */
  applyAffine(x: Tensor4D, scale: Tensor1D, offset: Tensor1D, relu: boolean): Tensor4D;
}

/** Makes `<name>.weight`. */
export function createConvolution(
  { store, rng }: Builder,
  name: string,
  { inChannels, outChannels, kernelSize, stride = 1 }: ConvolutionOptions,
): Convolution {
  const parameter = `${name}.weight`;
  const area = kernelSize * kernelSize;
  const values = kaimingNormal(rng.fork(parameter), area * inChannels * outChannels, area * outChannels);
  const shape: [number, number, number, number] = [kernelSize, kernelSize, inChannels, outChannels];
  const kernel = store.parameter<tf.Rank.R4>(parameter, shape, values, 'convolution');
  // tfjs' 'same' puts more padding at the bottom and right when the stride is 2.
  const pad = (kernelSize - 1) / 2;
  return {
    kernel,
    apply: (x) => tf.conv2d(x, kernel, stride, pad),
    applyAffine: (x, scale, offset, relu) =>
      tf.fused.conv2d({
        x,
        filter: tf.mul(kernel, scale) as Tensor4D,
        strides: stride,
        pad,
        bias: offset,
        activation: relu ? 'relu' : 'linear',
      }),
  };
}
