import { checkChoice, denseTargets, softCrossEntropy, type Targets } from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link softKl}. */
export interface SoftKlOptions {
  /**
   * Weight each row by its confidence p, the largest of its targets: `rows`; by the batch's mean of p, as the published code does by a
   * slip of shapes: `published`; or not: `none`. @defaultValue 'rows'
   */
  readonly reweight?: 'rows' | 'published' | 'none';
}

/**
 * Soft Augmentation's loss, per row: `p·KL(targets ‖ softmax(logits))`. Goes where a loss of logits and targets does:
 * `fromMixer(softCrop(...), { loss: softKl() })`. Average the rows yourself.
 *
 * @returns A function of logits `[B,classes]` and targets, both borrowed, that gives a new float32 `[B]`; targets are constants.
 * @see Liu et al. 2023, https://arxiv.org/abs/2211.04625
 */
export function softKl({
  reweight = 'rows',
}: SoftKlOptions = {}): (logits: Tensor2D, targets: Targets) => Tensor1D {
  checkChoice('softKl', 'reweight', reweight, ['rows', 'published', 'none']);
  return (logits, targets) =>
    tf.tidy(() => {
      const values = denseTargets(targets, logits.shape[1]);
      const crossEntropy = softCrossEntropy(logits, { kind: 'dense', values });
      // t·log t is 0 at 0.
      const logs = tf.log(tf.where(tf.greater(values, 0), values, tf.onesLike(values)));
      const divergence = tf.add(crossEntropy, tf.sum(tf.mul(values, logs), 1)) as Tensor1D;
      if (reweight === 'none') return divergence;
      const confidence = tf.max(values, 1);
      return tf.mul(divergence, reweight === 'rows' ? confidence : tf.mean(confidence)) as Tensor1D;
    });
}
