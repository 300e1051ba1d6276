import { checkRange, type DenseTargets, invalidArgument, stopGradient } from '@mix/core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What stands in for a label that may be wrong: the model's likeliest class, or its probabilities. */
export type Bootstrap = 'hard' | 'soft';

/** Options of {@link bootstrapTargets}. */
export interface BootstrapOptions {
  /** @defaultValue 'soft' */
  readonly bootstrap?: Bootstrap;
  /** T above 0 of the probabilities, for `soft`; near 0 they become hard. @defaultValue 1 */
  readonly temperature?: number;
}

/**
 * Corrects labels by the model's own opinion: `(1 − b)·onehot(y) + b·q`, with q by `bootstrap` from the logits of the unmixed
 * images.
 *
 * @param labels int32 `[B]`; borrowed.
 * @param logits float32 `[B,classes]`; borrowed, treated as constants.
 * @param noise b of each row: the probability that its label is wrong, in `[0,1]`.
 * @returns New targets whose rows sum to 1.
 */
export function bootstrapTargets(
  labels: Tensor1D,
  logits: Tensor2D,
  noise: readonly number[],
  { bootstrap = 'soft', temperature = 1 }: BootstrapOptions = {},
): DenseTargets {
  const [size, numClasses] = logits.shape;
  if (!(temperature > 0)) {
    throw invalidArgument('bootstrapTargets', 'temperature', 'be above 0', temperature);
  }
  if (noise.length !== size || labels.shape[0] !== size) {
    const rule = `have a value for each of ${size} rows, as labels`;
    throw invalidArgument('bootstrapTargets', 'noise', rule, noise.length, { code: 'BATCH_SIZE' });
  }
  for (const value of noise) checkRange('bootstrapTargets', 'noise', value, 0, 1);
  const values = tf.tidy(() => {
    const z = stopGradient(logits);
    const opinion =
      bootstrap === 'hard'
        ? tf.cast(tf.oneHot(tf.argMax(z, 1), numClasses), 'float32')
        : tf.softmax(tf.div(tf.sub(z, tf.max(z, 1, true)), temperature));
    const given = tf.cast(tf.oneHot(labels, numClasses), 'float32');
    const b = tf.tensor2d([...noise], [size, 1]);
    return tf.add(tf.mul(given, tf.sub(1, b)), tf.mul(opinion, b)) as Tensor2D;
  });
  return { kind: 'dense', values };
}

/**
 * Pulls the batch's mean prediction towards all classes alike, against the collapse into one: `Σ_c (1/K) ln((1/K) / h_c)`, h the
 * mean of the rows' softmax.
 *
 * @param logits float32 `[B,classes]`; borrowed, differentiable.
 */
export function uniformPrior(logits: Tensor2D): Scalar {
  const [size, numClasses] = logits.shape;
  return tf.tidy(() => {
    // In logarithms, so that a class nobody predicts is far away, not infinitely so.
    const logMean = tf.logSumExp(tf.logSoftmax(logits), 0);
    return tf.sub(Math.log(size / numClasses), tf.mean(logMean)) as Scalar;
  });
}
