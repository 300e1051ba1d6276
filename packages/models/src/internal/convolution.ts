import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { kaimingNormal } from './initialisers.js';

/** Sizes of a square convolution. */
export interface ConvolutionOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  /** @defaultValue 1 */
  readonly stride?: number;
  /** Zeros on every side. @defaultValue `(kernelSize − 1) / 2` */
  readonly pad?: number;
  /** Whether there is a bias, 0 at first. @defaultValue false */
  readonly bias?: boolean;
  /** The weight is drawn from N(0, 2 / fan): the inputs of one output value, or the outputs of one input value. @defaultValue 'out' */
  readonly fan?: 'in' | 'out';
}

/** A convolution padded alike on every side, as PyTorch does it. */
export interface Convolution {
  /** `[B,H,W,I]` to `[B,h,w,O]`. */
  apply(x: Tensor4D): Tensor4D;
  /** `apply(x) · scale + offset` per channel, with the scale folded into the kernel: one pass over the features less. */
  applyAffine(x: Tensor4D, scale: Tensor1D, offset: Tensor1D): Tensor4D;
}

/** Makes `<name>.weight` and, where wanted, `<name>.bias`. */
export function createConvolution(
  { store, rng }: WeightBuilder,
  name: string,
  {
    inChannels,
    outChannels,
    kernelSize,
    stride = 1,
    // tfjs' 'same' puts more padding at the bottom and right when the stride is 2.
    pad = (kernelSize - 1) / 2,
    bias: hasBias = false,
    fan = 'out',
  }: ConvolutionOptions,
): Convolution {
  const parameter = `${name}.weight`;
  const area = kernelSize * kernelSize;
  const values = kaimingNormal(
    rng.fork(parameter),
    area * inChannels * outChannels,
    area * (fan === 'in' ? inChannels : outChannels),
  );
  const shape: [number, number, number, number] = [kernelSize, kernelSize, inChannels, outChannels];
  const kernel = store.parameter<tf.Rank.R4>(parameter, shape, values, 'convolution');
  const bias = hasBias
    ? store.parameter<tf.Rank.R1>(`${name}.bias`, [outChannels], new Float32Array(outChannels))
    : undefined;
  return {
    apply: (x) =>
      tf.tidy(() => {
        const y = tf.conv2d(x, kernel, stride, pad);
        return bias === undefined ? y : (tf.add(y, bias) as Tensor4D);
      }),
    applyAffine: (x, scale, offset) =>
      tf.tidy(() => {
        const shift = bias === undefined ? offset : tf.add(offset, tf.mul(bias, scale));
        return tf.add(tf.conv2d(x, tf.mul(kernel, scale) as Tensor4D, stride, pad), shift) as Tensor4D;
      }),
  };
}
