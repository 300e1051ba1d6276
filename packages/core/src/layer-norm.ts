import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';

/** What {@link layerNorm} takes. */
export interface LayerNormOptions<T extends Tensor> {
  /** float32 `[...,C]`, borrowed. */
  readonly x: T;
  /** float32 `[C]`, borrowed. */
  readonly scale: Tensor1D;
  /** float32 `[C]`, borrowed. */
  readonly offset: Tensor1D;
  /** Added to the variance. @defaultValue 1e-5 */
  readonly epsilon?: number;
}

/**
 * Layer normalisation over the last axis, with the biased variance: `scale · (x − mean) / √(variance + ε) + offset`.
 *
 * Backends that register the kernels `MixLayerNorm` and `MixLayerNormGrad` run it fused; the others get the plain
 * composition of tfjs ops. Differentiable, once, by `x`, `scale` and `offset`.
 *
 * @returns A new tensor like `x`.
 * @throws MixError `SHAPE` or `DTYPE` when an input is not as stated.
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export function layerNorm<T extends Tensor>({ x, scale, offset, epsilon = 1e-5 }: LayerNormOptions<T>): T {
  const channels = x.shape.at(-1) ?? 1;
  checkFloat32('layerNorm', 'x', x);
  checkFloat32('layerNorm', 'scale', scale, [channels]);
  checkFloat32('layerNorm', 'offset', offset, [channels]);
  if (!hasKernel(FORWARD)) return composed(x, scale, offset, epsilon);
  registerFusedGradient();
  return tf.tidy(() => {
    const [y] = runKernel<[T, Tensor, Tensor]>(FORWARD, { x, scale, offset }, { epsilon });
    return y;
  });
}

const FORWARD = 'MixLayerNorm';
const BACKWARD = 'MixLayerNormGrad';

function composed<T extends Tensor>(x: T, scale: Tensor1D, offset: Tensor1D, epsilon: number): T {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normal, scale), offset);
  });
}

function registerFusedGradient(): void {
  if (tf.getGradient(FORWARD) !== undefined) return;
  tf.registerGradient({
    kernelName: FORWARD,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, true, true],
    gradFunc: (dy, saved, attributes) => {
      const [x, scale, mean, variance] = saved as [Tensor, Tensor, Tensor, Tensor];
      const outer = (dy as unknown as Tensor[])[0] as Tensor;
      // Each input's gradient runs in a tidy of its own, so the kernel's several outputs are computed here, once.
      const [dx, dScale, dOffset] = runKernel<[Tensor, Tensor, Tensor]>(
        BACKWARD,
        { dy: outer, x, scale, mean, variance },
        attributes,
      );
      return { x: () => dx, scale: () => dScale, offset: () => dOffset };
    },
  });
}
