import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';

/** What {@link sgdUpdate} reads; all borrowed and of one shape, float32. */
export interface SgdInputs {
  /** The parameter. */
  readonly weights: Tensor;
  /** The loss's gradient by it. */
  readonly gradient: Tensor;
  /** The momentum buffer; absent before the first step. */
  readonly velocity?: Tensor | undefined;
}

/** Numbers of {@link sgdUpdate}. */
export interface SgdUpdateOptions {
  /** The rate of this step. */
  readonly learningRate: number;
  /** Share of the last velocity that is kept. @defaultValue 0 */
  readonly momentum?: number;
  /** Look ahead by one momentum step. @defaultValue false */
  readonly nesterov?: boolean;
  /** Added to the gradient as `weightDecay · weights`. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Multiplies the weights before the step: `1 − lr · wd` of decoupled decay. @defaultValue 1 */
  readonly shrink?: number;
}

/** What {@link sgdUpdate} gives; all new. */
export type SgdUpdated = {
  /** The parameter after the step. */
  readonly weights: Tensor;
  /** The momentum buffer to keep for the next step; only with momentum. */
  readonly velocity?: Tensor;
};

/**
 * One step of stochastic gradient descent on one parameter, with PyTorch's formulas: `g ← g + wd·w`; `v ← momentum·v + g` (at
 * first `v = g`); `w ← shrink·w − lr·v`, or with Nesterov `w ← shrink·w − lr·(g + momentum·v)`.
 *
 * Backends that register the kernel `MixSgd` run it in one pass over memory; the others get the plain composition of tfjs ops.
 *
 * @throws MixError `SHAPE` or `DTYPE` when the inputs are not float32 of one shape.
 */
export function sgdUpdate(
  { weights, gradient, velocity }: SgdInputs,
  { learningRate, momentum = 0, nesterov = false, weightDecay = 0, shrink = 1 }: SgdUpdateOptions,
): SgdUpdated {
  checkFloat32('sgdUpdate', 'weights', weights);
  checkFloat32('sgdUpdate', 'gradient', gradient, weights.shape);
  if (velocity !== undefined) checkFloat32('sgdUpdate', 'velocity', velocity, weights.shape);
  const options = { learningRate, momentum, nesterov, weightDecay, shrink };
  const last = momentum > 0 ? velocity : undefined;
  if (!hasKernel(KERNEL)) return composed({ weights, gradient, velocity: last }, options);
  const inputs = { weights, gradient, ...(last && { velocity: last }) };
  const [next, kept] = runKernel<[Tensor, Tensor?]>(KERNEL, inputs, options);
  return { weights: next, ...(kept && { velocity: kept }) };
}

const KERNEL = 'MixSgd';

function composed(
  { weights, gradient, velocity }: SgdInputs,
  { learningRate, momentum, nesterov, weightDecay, shrink }: Required<SgdUpdateOptions>,
): SgdUpdated {
  return tf.tidy(() => {
    const direction = weightDecay > 0 ? tf.add(gradient, tf.mul(weights, weightDecay)) : gradient;
    const start = shrink === 1 ? weights : tf.mul(weights, shrink);
    if (momentum === 0) return { weights: tf.sub(start, tf.mul(direction, learningRate)) };
    const next = velocity === undefined ? tf.clone(direction) : tf.add(tf.mul(velocity, momentum), direction);
    const change = nesterov ? tf.add(direction, tf.mul(next, momentum)) : next;
    return { weights: tf.sub(start, tf.mul(change, learningRate)), velocity: next };
  });
}
