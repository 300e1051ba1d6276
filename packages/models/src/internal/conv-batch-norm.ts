import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from './batch-norm.js';
import type { Builder } from './builder.js';
import { type ConvolutionOptions, createConvolution } from './convolution.js';

/** What {@link convBatchNorm} makes: `relu?(bn(conv(x)) (+ residual))`. */
export type ConvBatchNorm = (x: Tensor4D, training: boolean, residual?: Tensor4D) => Tensor4D;

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
  return (x, training, residual) =>
    tf.tidy(() => {
      if (bn.usesBatch(training)) return bn.train(conv.apply(x), { relu, residual });
      const { scale, offset } = bn.affine();
      const normal = conv.applyAffine(x, scale, offset);
      const sum = residual === undefined ? normal : (tf.add(normal, residual) as Tensor4D);
      return relu ? tf.relu(sum) : sum;
    });
}
