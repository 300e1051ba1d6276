import { stopGradient } from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * SUMix's label weights: `λ_a = σ(log λ − log(1 − λ) + evidence)`, `λ_b = 1 − λ_a`. Rows with λ of 0 or 1 keep it.
 * The published quotient of exponentials is the same number, but is 0/0 for large batches of few classes.
 *
 * @param lam Share of both sources, `[B,2]`; borrowed.
 * @param evidence What speaks for the first source, in log odds, `[B]`; borrowed.
 * @returns `[B,2]`, new; without gradient.
 */
export function mixRatio(lam: Tensor2D, evidence: Tensor1D): Tensor2D {
  return tf.tidy(() => {
    const [own, partner] = tf.split(tf.log(tf.clipByValue(lam, 1e-6, 1 - 1e-6)), 2, 1) as [
      Tensor2D,
      Tensor2D,
    ];
    const odds = tf.add(tf.sub(own, partner), tf.expandDims(evidence, 1));
    // Both by σ, so that neither loses its last digits near 0.
    const weights = tf.concat([tf.sigmoid(odds), tf.sigmoid(tf.neg(odds))], 1);
    const isPlain = tf.logicalOr(tf.equal(lam, 0), tf.equal(lam, 1));
    return stopGradient(tf.where(isPlain, lam, weights)) as Tensor2D;
  });
}
