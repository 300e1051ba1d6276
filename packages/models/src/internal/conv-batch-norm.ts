import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from './batch-norm.js';
import type { Builder } from './builder.js';
import { type ConvolutionOptions, createConvolution } from './convolution.js';

/** What {@link convBatchNorm} makes: `relu?(bn(conv(x)) (+ residual))`; in training `drop` acts on what is added to the residual. */
export type ConvBatchNorm = (
  x: Tensor4D,
  training: boolean,
  residual?: Tensor4D,
  drop?: (branch: Tensor4D) => Tensor4D,
) => Tensor4D;

/** A convolution and the batch normalisation after it, run as few ops. */
export function convBatchNorm(
  builder: Builder,
  names: { readonly conv: string; readonly bn: string },
  {
    relu,
    initialScale = 1,
    ...sizes
  }: ConvolutionOptions & { readonly relu: boolean; readonly initialScale?: number },
): ConvBatchNorm {
  const conv = createConvolution(builder, names.conv, sizes);
  const bn = createBatchNorm(builder, names.bn, sizes.outChannels, { initialScale });
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
