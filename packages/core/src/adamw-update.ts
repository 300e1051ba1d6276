import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkInteger } from './checks.js';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';

/** What {@link adamwUpdate} reads; all borrowed and of one shape, float32. */
export interface AdamwInputs {
  /** The parameter. */
  readonly weights: Tensor;
  /** The loss's gradient by it. */
  readonly gradient: Tensor;
  /** The running mean of gradients; absent before the first step. */
  readonly mean?: Tensor | undefined;
  /** The running mean of squared gradients; absent before the first step. */
  readonly square?: Tensor | undefined;
}

/** Numbers of {@link adamwUpdate}. */
export interface AdamwUpdateOptions {
  /** The rate of this step. */
  readonly learningRate: number;
  /** Which step of this parameter it is, from 1. */
  readonly step: number;
  /** Decay of the mean of gradients, in `[0,1)`. */
  readonly beta1: number;
  /** Decay of the mean of squared gradients, in `[0,1)`. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decoupled weight decay. */
  readonly weightDecay: number;
}

/** What {@link adamwUpdate} gives; all new. */
export type AdamwUpdated = {
  /** The parameter after the step. */
  readonly weights: Tensor;
  /** The running mean of gradients, to keep for the next step. */
  readonly mean: Tensor;
  /** The running mean of squared gradients, to keep for the next step. */
  readonly square: Tensor;
};

/**
 * One step of AdamW on one parameter, with PyTorch's formulas: `m ← β₁·m + (1 − β₁)·g`; `v ← β₂·v + (1 − β₂)·g²`;
 * `w ← (1 − lr·wd)·w − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)`, bias corrections in doubles.
 *
 * Backends that register the kernel `MixAdamw` run it in one pass over memory; the others get the plain composition of tfjs ops.
 *
 * @throws MixError `SHAPE` or `DTYPE` when the inputs are not float32 of one shape, `INVALID_ARGUMENT` for a step below 1.
 * @see Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export function adamwUpdate(
  { weights, gradient, mean, square }: AdamwInputs,
  { learningRate, step, beta1, beta2, epsilon, weightDecay }: AdamwUpdateOptions,
): AdamwUpdated {
  checkInteger('adamwUpdate', 'step', step, 1);
  checkFloat32('adamwUpdate', 'weights', weights);
  for (const [argument, tensor] of Object.entries({ gradient, mean, square })) {
    if (tensor !== undefined) checkFloat32('adamwUpdate', argument, tensor, weights.shape);
  }
  const numbers = {
    beta1,
    beta2,
    epsilon,
    shrink: 1 - learningRate * weightDecay,
    rate: learningRate / (1 - beta1 ** step),
    rootScale: Math.sqrt(1 - beta2 ** step),
  };
  const inputs = { weights, gradient, ...(mean && { mean }), ...(square && { square }) };
  if (!hasKernel(KERNEL)) return composed(inputs, numbers);
  const updated = runKernel<[Tensor, Tensor, Tensor]>(KERNEL, inputs, numbers);
  return { weights: updated[0], mean: updated[1], square: updated[2] };
}

const KERNEL = 'MixAdamw';

interface Numbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Multiplies the weights: the decoupled decay. */
  readonly shrink: number;
  /** The learning rate, corrected for the bias of the mean. */
  readonly rate: number;
  /** Divides the root of the second moment: the correction of its bias. */
  readonly rootScale: number;
}

function composed({ weights, gradient, ...last }: AdamwInputs, numbers: Numbers): AdamwUpdated {
  const { beta1, beta2, epsilon, shrink, rate, rootScale } = numbers;
  return tf.tidy(() => {
    const start = shrink === 1 ? weights : tf.mul(weights, shrink);
    const mean = moment(last.mean, gradient, beta1);
    const square = moment(last.square, tf.square(gradient), beta2);
    const root = tf.add(tf.div(tf.sqrt(square), rootScale), epsilon);
    return { weights: tf.sub(start, tf.mul(tf.div(mean, root), rate)), mean, square };
  });
}

function moment(last: Tensor | undefined, value: Tensor, beta: number): Tensor {
  const share = tf.mul(value, 1 - beta);
  return last === undefined ? share : tf.add(tf.mul(last, beta), share);
}
