import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
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
  /** `[B,H,W,I]` to `[B,h,w,O]`. */
  apply(x: Tensor4D): Tensor4D;
  /** `apply(x) · scale + offset` per channel, with the scale folded into the kernel: one pass over the features less. */
  applyAffine(x: Tensor4D, scale: Tensor1D, offset: Tensor1D): Tensor4D;
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
    apply: (x) => tf.conv2d(x, kernel, stride, pad),
    applyAffine: (x, scale, offset) =>
      tf.add(tf.conv2d(x, tf.mul(kernel, scale) as Tensor4D, stride, pad), offset) as Tensor4D,
  };
}
