import { groupedConv2d } from '@mix/core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { kaimingNormal, uniformFanIn } from './initialisers.js';

/** Sizes of a square convolution. */
export interface ConvolutionOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  /** @defaultValue 1 */
  readonly stride?: number;
  /** Zeros on every side. @defaultValue `(kernelSize − 1) / 2` */
  readonly pad?: number;
  /** Groups of channels, each of which sees its own inputs alone. @defaultValue 1 */
  readonly groups?: number;
  /** Whether there is a bias, 0 at first unless drawn otherwise. @defaultValue false */
  readonly bias?: boolean;
  /** The weight is drawn from N(0, 2 / fan): the inputs of one output value, or the outputs of one input value. @defaultValue 'out' */
  readonly fan?: 'in' | 'out';
  /** `'uniform'`: PyTorch's default for weight and bias, uniform in ±1/√inputs, instead. @defaultValue 'normal' */
  readonly draw?: 'normal' | 'uniform';
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
    groups = 1,
    bias: hasBias = false,
    fan = 'out',
    draw = 'normal',
  }: ConvolutionOptions,
): Convolution {
  const [parameter, biasName] = [`${name}.weight`, `${name}.bias`] as const;
  const area = kernelSize * kernelSize;
  const inner = inChannels / groups;
  // PyTorch counts the outputs of all groups, though an input value has those of its own alone.
  const outer = area * (fan === 'in' ? inner : outChannels);
  const count = area * inner * outChannels;
  const uniform = (of: string, size: number) => uniformFanIn(rng.fork(of), size, area * inner);
  const values =
    draw === 'uniform' ? uniform(parameter, count) : kaimingNormal(rng.fork(parameter), count, outer);
  const shape: [number, number, number, number] = [kernelSize, kernelSize, inner, outChannels];
  const kernel = store.parameter<tf.Rank.R4>(parameter, shape, values, 'convolution');
  const biases = (): Float32Array =>
    draw === 'uniform' ? uniform(biasName, outChannels) : new Float32Array(outChannels);
  const bias = hasBias ? store.parameter<tf.Rank.R1>(biasName, [outChannels], biases()) : undefined;
  const convolve = (x: Tensor4D, filter: Tensor4D): Tensor4D =>
    groups === 1 ? tf.conv2d(x, filter, stride, pad) : groupedConv2d(x, filter, { groups, stride, pad });
  return {
    apply: (x) =>
      tf.tidy(() => {
        const y = convolve(x, kernel);
        return bias === undefined ? y : (tf.add(y, bias) as Tensor4D);
      }),
    applyAffine: (x, scale, offset) =>
      tf.tidy(() => {
        const shift = bias === undefined ? offset : tf.add(offset, tf.mul(bias, scale));
        return tf.add(convolve(x, tf.mul(kernel, scale) as Tensor4D), shift) as Tensor4D;
      }),
  };
}
