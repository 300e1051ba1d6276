import { checkPositive, checkRange, denseTargets, invalidArgument, stopGradient } from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { RowLoss } from './class-losses.js';

/** Options of {@link ldam}. */
export interface LdamOptions {
  /** Margin of the rarest class, above 0. @defaultValue 0.5 */
  readonly maxMargin?: number;
  /**
   * s, above 0: what logits are multiplied by. Published: 30, for logits that are cosines of normalised features and weights;
   * those of a linear layer need none. With `maxMargin` as factor at most 80, where float32 ends. @defaultValue 1
   */
  readonly scale?: number;
}

/** LDAM's margins: in proportion to `n_c^(−1/4)`, the rarest class's `maxMargin`. */
export function ldamMargins(counts: readonly number[], maxMargin = 0.5): number[] {
  checkPositive('ldamMargins', 'maxMargin', maxMargin);
  if (counts.length === 0 || !counts.every((count) => count >= 1 && count < Infinity)) {
    throw invalidArgument('ldamMargins', 'counts', 'be at least 1 for each class', counts);
  }
  const least = Math.min(...counts);
  return counts.map((count) => maxMargin * (least / count) ** 0.25);
}

/**
 * Label-distribution-aware margins: the cross-entropy of each class that the targets name, with that class's logit lowered by its
 * margin, weighted by the targets: `−Σ_c t_c·log( e^{s(z_c − m_c)} / (e^{s(z_c − m_c)} + Σ_{k≠c} e^{s·z_k}) )`. For hard targets
 * this is the published loss. For training only.
 *
 * @param counts Training images of each class, at least 1.
 * @returns A loss for `fromMixer(mixer, { loss })`.
 * @see Cao et al. 2019, https://arxiv.org/abs/1906.07413
 */
export function ldam(counts: readonly number[], { maxMargin = 0.5, scale = 1 }: LdamOptions = {}): RowLoss {
  checkPositive('ldam', 'scale', scale);
  const margins = ldamMargins(counts, maxMargin).map((margin) => scale * margin);
  const size = margins.length;
  checkRange('ldam', 'scale · maxMargin', scale * maxMargin, 0, 80);
  return (logits, targets) => {
    if (logits.shape[1] !== size) {
      throw invalidArgument('ldam', 'logits', `have ${size} classes`, logits.shape, { code: 'SHAPE' });
    }
    return tf.tidy(() => {
      const shares = stopGradient(denseTargets(targets, size));
      const logProbability = tf.logSoftmax(tf.mul(logits, scale) as Tensor2D);
      const probability = tf.exp(logProbability);
      // 1 − p; for the largest p, which may be 1 to the last bit, as the sum of the others.
      const isLargest = tf.cast(tf.oneHot(tf.argMax(logits, 1), size), 'float32');
      const others = tf.sum(tf.mul(probability, tf.sub(1, isLargest)), 1, true);
      const rest = tf.add(tf.mul(isLargest, others), tf.mul(tf.sub(1, isLargest), tf.sub(1, probability)));
      const lowered = tf.mul(probability, tf.tensor1d(margins.map((margin) => Math.exp(-margin))));
      const each = tf.add(tf.sub(tf.log(tf.add(rest, lowered)), logProbability), tf.tensor1d(margins));
      return tf.sum(tf.mul(shares, each), 1) as Tensor1D;
    });
  };
}
