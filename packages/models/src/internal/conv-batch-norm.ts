import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from './batch-norm.js';
import type { BranchDrop } from './branch-drops.js';
import type { Builder } from './builder.js';
import { type Convolution, type ConvolutionOptions, createConvolution } from './convolution.js';

/** What {@link convBatchNorm} makes: `relu?(bn(conv(x)) (+ residual))`; in training `drop` acts on what is added to the residual. */
export type ConvBatchNorm = (
  x: Tensor4D,
  training: boolean,
  residual?: Tensor4D,
  drop?: BranchDrop,
) => Tensor4D;

interface BatchNormTail {
  readonly relu: boolean;
  /** @defaultValue 1 */
  readonly initialScale?: number;
}

/** A convolution and the batch normalisation after it, run as few ops. */
export function convBatchNorm(
  builder: Builder,
  names: { readonly conv: string; readonly bn: string },
  { relu, initialScale = 1, ...sizes }: ConvolutionOptions & BatchNormTail,
): ConvBatchNorm {
  const conv = createConvolution(builder, names.conv, sizes);
  return withBatchNorm(builder, conv, names.bn, { channels: sizes.outChannels, relu, initialScale });
}

/** A convolution that there is, with a batch normalisation `name` after it. */
export function withBatchNorm(
  builder: Builder,
  conv: Convolution,
  name: string,
  { channels, relu, initialScale = 1 }: BatchNormTail & { readonly channels: number },
): ConvBatchNorm {
  const bn = createBatchNorm(builder, name, channels, { initialScale });
  const normalized = (x: Tensor4D, training: boolean): Tensor4D => {
    if (bn.usesBatch(training)) return bn.train(conv.apply(x), { relu: false });
    const { scale, offset } = bn.affine();
    return conv.applyAffine(x, scale, offset);
  };
  return (x, training, residual, drop) =>
    tf.tidy(() => {
      const drops = training && drop !== undefined;
      if (bn.usesBatch(training) && !drops) return bn.train(conv.apply(x), { relu, residual });
      const branch = drops ? drop(normalized(x, training)) : normalized(x, training);
      const sum = residual === undefined ? branch : (tf.add(branch, residual) as Tensor4D);
      return relu ? tf.relu(sum) : sum;
    });
}
