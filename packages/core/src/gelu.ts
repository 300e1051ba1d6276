import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runFused } from './internal/run-fused.js';
import { runKernel } from './internal/run-kernel.js';

/**
 * The Gaussian error linear unit, in its exact form: `x · Φ(x) = x/2 · (1 + erf(x/√2))`.
 *
 * Backends that register the kernels `MixGelu` and `MixGeluGrad` run it fused; the others get the plain composition of
 * tfjs ops, whose `erf` is good to 2e-7. Differentiable, once.
 *
 * @param x float32 of any shape, borrowed.
 * @returns A new tensor like `x`.
 * @throws MixError `DTYPE` when `x` is not float32.
 * @see Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
 */
export function gelu<T extends Tensor>(x: T): T {
  checkFloat32('gelu', 'x', x);
  if (!hasKernel(FORWARD)) return composed(x);
  return runFused(FORWARD, { x }, {}, (dy, given) => ({
    x: () => runKernel(`${FORWARD}Grad`, { dy, x: given.x }),
  })) as T;
}

const FORWARD = 'MixGelu';

function composed<T extends Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)));
}
