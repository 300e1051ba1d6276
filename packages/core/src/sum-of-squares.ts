import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';

/**
 * The sum of the squares of all elements: the square of a tensor's norm.
 *
 * Backends that register the kernel `MixSumOfSquares` read the tensor once and write nothing else; the others get the plain
 * composition of tfjs ops. Not differentiable.
 *
 * @param x float32 of any shape, borrowed.
 * @returns A new scalar.
 * @throws MixError `DTYPE` when `x` is not float32.
 */
export function sumOfSquares(x: Tensor): Scalar {
  checkFloat32('sumOfSquares', 'x', x);
  if (hasKernel(KERNEL)) return runKernel<Scalar>(KERNEL, { x });
  return tf.tidy(() => tf.sum(tf.square(x)) as Scalar);
}

const KERNEL = 'MixSumOfSquares';
