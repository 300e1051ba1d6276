import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';

/**
 * Softmax over the last axis of `scale · x`.
 *
 * Backends that register the kernels `MixScaledSoftmax` and `MixScaledSoftmaxGrad` run it fused; the others get the plain
 * composition of tfjs ops. Differentiable, once, by `x`.
 *
 * @param x float32 `[...,N]`, borrowed.
 * @param scale Multiplies `x` before the exponential.
 * @returns A new tensor like `x`, whose rows sum to 1.
 * @throws MixError `DTYPE` when `x` is not float32.
 */
export function scaledSoftmax<T extends Tensor>(x: T, scale: number): T {
  checkFloat32('scaledSoftmax', 'x', x);
  if (!hasKernel(FORWARD)) return tf.tidy(() => tf.softmax(tf.mul(x, scale) as T));
  registerFusedGradient();
  return runKernel<T>(FORWARD, { x }, { scale });
}

const FORWARD = 'MixScaledSoftmax';
const BACKWARD = 'MixScaledSoftmaxGrad';

function registerFusedGradient(): void {
  if (tf.getGradient(FORWARD) !== undefined) return;
  tf.registerGradient({
    kernelName: FORWARD,
    outputsToSave: [true],
    gradFunc: (dy, [y], attributes) => ({
      x: () => runKernel(BACKWARD, { dy: dy as Tensor, y: y as Tensor }, attributes),
    }),
  });
}
