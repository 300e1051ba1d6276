import { checkPositive, checkRange, invalidArgument } from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link jsdLoss}. */
export interface JsdOptions {
  /** The mean probability of a class counts as at least this, in `(0,1]`. @defaultValue 1e-7 */
  readonly clamp?: number;
}

/**
 * How much several views of the same rows are told apart, per sample: the Jensen–Shannon divergence
 * `(1/n)·Σ_v KL(p_v || M)` of their softmax p_v, M their mean. Average the rows yourself: `tf.mean(...)`.
 *
 * @param views Logits float32 `[B,classes]` of each view, at least 2; borrowed, all differentiable.
 * @returns float32 `[B]`, new; from 0 to `ln n`.
 * @throws MixError `INVALID_ARGUMENT` for fewer than two views, `SHAPE` when they differ in shape.
 * @see Hendrycks et al. 2020, https://arxiv.org/abs/1912.02781
 */
export function jsdLoss(views: readonly Tensor2D[], { clamp = 1e-7 }: JsdOptions = {}): Tensor1D {
  checkPositive('jsdLoss', 'clamp', clamp);
  checkRange('jsdLoss', 'clamp', clamp, 0, 1);
  if (views.length < 2) throw invalidArgument('jsdLoss', 'views', 'be at least 2', views.length);
  const [first] = views as [Tensor2D];
  for (const { shape } of views) {
    if (shape.some((size, axis) => size !== first.shape[axis])) {
      throw invalidArgument('jsdLoss', 'views', `all have the shape [${first.shape}]`, shape, {
        code: 'SHAPE',
      });
    }
  }
  return tf.tidy(() => {
    const logs = views.map((logits) => tf.logSoftmax(logits));
    const mean = tf.div(tf.addN(logs.map((log) => tf.exp(log))), views.length);
    const logMean = tf.log(tf.clipByValue(mean, clamp, 1));
    const each = logs.map((log) => tf.sum(tf.mul(tf.exp(log), tf.sub(log, logMean)), 1));
    return tf.div(tf.addN(each), views.length) as Tensor1D;
  });
}
