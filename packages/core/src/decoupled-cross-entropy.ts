import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './checks.js';
import { invalidArgument } from './errors.js';
import { checkTargets } from './internal/check-targets.js';
import { softCrossEntropy } from './losses.js';
import type { Targets } from './targets.js';

/** Options of {@link decoupledCrossEntropy}. */
export interface DecoupledOptions {
  /** Weight η of the decoupled terms, at least 0. @defaultValue 0.1 */
  readonly eta?: number;
}

/**
 * Cross-entropy of mixed targets, and for each of a row's classes that of the class in the softmax that leaves the row's
 * other class out, whatever λ is: `softCrossEntropy + η · Σ_i −log softmax(z without the other class)[y_i]`. Confidence in
 * one class then costs nothing in the other. A row of one class has no other to leave out, and terms of weight 0 are left out.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Sparse, of one or two classes a row; borrowed, treated as constants.
 * @returns float32 `[B]`, new.
 * @throws MixError `UNSUPPORTED` for other targets; `BATCH_SIZE`, `SHAPE` or `DTYPE`.
 * @see Liu et al. 2023, https://arxiv.org/abs/2203.10761
 */
export function decoupledCrossEntropy(
  logits: Tensor2D,
  targets: Targets,
  { eta = 0.1 }: DecoupledOptions = {},
): Tensor1D {
  checkRange('decoupledCrossEntropy', 'eta', eta, 0, Number.MAX_VALUE);
  checkTargets('decoupledCrossEntropy', logits, targets);
  if (targets.kind === 'dense' || targets.classes.shape[1] > 2) {
    throw invalidArgument('decoupledCrossEntropy', 'targets', 'be one or two classes a row', targets.kind, {
      code: 'UNSUPPORTED',
      remedy: 'Label the batch with int32 classes, and smooth no labels.',
    });
  }
  const { classes, weights } = targets;
  return tf.tidy(() => {
    const coupled = softCrossEntropy(logits, targets);
    const [size, count] = classes.shape;
    const column = (x: Tensor2D, index: number): Tensor1D =>
      tf.reshape(tf.slice(x, [0, index], [size, 1]), [size]);
    const terms = Array.from({ length: count }, (_, index) => {
      const own = tf.cast(tf.oneHot(column(classes, index), logits.shape[1]), 'float32');
      const other = tf.cast(tf.oneHot(column(classes, count - 1 - index), logits.shape[1]), 'float32');
      // A class of weight 0 is no part of the mix, so it is not left out either.
      const mixedIn = tf.cast(tf.greater(column(weights, count - 1 - index), 0), 'float32');
      const excluded = tf.mul(tf.mul(other, tf.sub(1, own)), tf.expandDims(mixedIn, 1));
      const rest = tf.sub(logits, tf.mul(excluded, 1e9)) as Tensor2D;
      const present = tf.cast(tf.greater(column(weights, index), 0), 'float32');
      return tf.mul(tf.neg(tf.sum(tf.mul(own, tf.logSoftmax(rest)), 1)), present);
    });
    return tf.add(coupled, tf.mul(tf.addN(terms), eta)) as Tensor1D;
  });
}
