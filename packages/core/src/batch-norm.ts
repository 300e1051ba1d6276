import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';
import { stopGradient } from './stop-gradient.js';

/** Options of {@link batchNormTrain}. */
export interface BatchNormTrainOptions<T extends Tensor> {
  /** Added to the variance. @defaultValue 1e-5 */
  readonly epsilon?: number;
  /** Apply ReLU to the result. @defaultValue false */
  readonly relu?: boolean;
  /** Added before the ReLU; same shape as `x`. */
  readonly residual?: T;
}

/** What {@link batchNormTrain} gives; all new. */
export type BatchNormalized<T extends Tensor> = {
  /** Like `x`. */
  readonly y: T;
  /** `[C]`; not differentiable. */
  readonly mean: Tensor1D;
  /** `[C]`, the biased one; not differentiable. */
  readonly variance: Tensor1D;
};

/**
 * Batch normalisation with the batch's own statistics over all axes but the last, with residual add and ReLU in one step:
 * `y = relu?(scale · (x − mean) / √(variance + ε) + offset (+ residual))`.
 *
 * Backends that register the kernels `MixBatchNormTrain` and `MixBatchNormTrainGrad` run it fused (`@mix/kernels` does on
 * WebAssembly); the others get the plain composition of tfjs ops. Differentiable by `x`, `scale`, `offset` and `residual`.
 *
 * @param x float32 `[...,C]`, borrowed.
 * @param scale float32 `[C]`, borrowed.
 * @param offset float32 `[C]`, borrowed.
 * @returns `y` like `x`; `mean` and *biased* `variance` `[C]`, not differentiable. New tensors.
 * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export function batchNormTrain<T extends Tensor>(
  x: T,
  scale: Tensor1D,
  offset: Tensor1D,
  { epsilon = 1e-5, relu = false, residual }: BatchNormTrainOptions<T> = {},
): BatchNormalized<T> {
  const channels = x.shape.at(-1) ?? 1;
  checkFloat32('batchNormTrain', 'x', x);
  checkFloat32('batchNormTrain', 'scale', scale, [channels]);
  checkFloat32('batchNormTrain', 'offset', offset, [channels]);
  if (residual !== undefined) checkFloat32('batchNormTrain', 'residual', residual, x.shape);
  if (!hasKernel(FORWARD)) return composed(x, scale, offset, epsilon, relu, residual);
  registerFusedGradient();
  const inputs = { x, scale, offset, ...(residual && { residual }) };
  const [y, mean, variance] = runKernel<[T, Tensor1D, Tensor1D]>(FORWARD, inputs, {
    epsilon,
    relu,
    residual: residual !== undefined,
  });
  return { y, mean, variance };
}

const FORWARD = 'MixBatchNormTrain';
const BACKWARD = 'MixBatchNormTrainGrad';

function composed<T extends Tensor>(
  x: T,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  relu: boolean,
  residual: T | undefined,
): BatchNormalized<T> {
  return tf.tidy(() => {
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const { mean, variance } = tf.moments(x, axes);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const affine = tf.add(tf.mul(normal, scale), offset);
    const sum = residual === undefined ? affine : tf.add(affine, residual);
    return {
      y: (relu ? tf.relu(sum) : sum) as T,
      mean: stopGradient(mean) as Tensor1D,
      variance: stopGradient(variance) as Tensor1D,
    };
  });
}

function registerFusedGradient(): void {
  if (tf.getGradient(FORWARD) !== undefined) return;
  tf.registerGradient({
    kernelName: FORWARD,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [true, true, true],
    gradFunc: (dy, saved, attributes) => {
      const [x, scale, y, mean, variance] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const outer = (dy as unknown as Tensor[])[0] as Tensor;
      // Each input's gradient runs in a tidy of its own, so the kernel's several outputs are computed here, once.
      const [dx, dScale, dOffset, dResidual] = runKernel<[Tensor, Tensor, Tensor, Tensor]>(
        BACKWARD,
        { dy: outer, y, x, scale, mean, variance },
        attributes,
      );
      return { x: () => dx, scale: () => dScale, offset: () => dOffset, residual: () => dResidual };
    },
  });
}
