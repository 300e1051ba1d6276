import { checkChoice, checkRange } from '@mix/core';
import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Which way the cosine term pulls on adversarial iterations. */
export type CosineSign = 'preserve' | 'reference';

/** Options of {@link generatorLoss}. */
export interface GeneratorLossOptions {
  /** Weight β of the cross-entropy against the cosine, in `[0,1]`. */
  readonly beta: number;
  /**
   * `'preserve'` keeps the mix like its sources, `−(1 − β)·cos`; `'reference'` is the published code's `+(1 − β)·cos`, which pushes them
   * apart.
   */
  readonly cosine: CosineSign;
  /** Whether this iteration is adversarial. */
  readonly adversarial: boolean;
}

/**
 * What the generator minimises: on adversarial iterations `−β·ce ∓ (1 − β)·cos`, so that the teacher's loss rises, else the teacher's loss
 * itself.
 *
 * @param crossEntropy The teacher's, on the generator's mix; borrowed.
 * @param cosine Similarity to the sources; borrowed.
 * @returns A new scalar.
 * @throws MixError `INVALID_ARGUMENT`.
 */
export function generatorLoss(
  crossEntropy: Scalar,
  cosine: Scalar,
  { beta, cosine: sign, adversarial }: GeneratorLossOptions,
): Scalar {
  checkRange('generatorLoss', 'beta', beta, 0, 1);
  checkChoice('generatorLoss', 'cosine', sign, ['preserve', 'reference']);
  if (!adversarial) return tf.clone(crossEntropy);
  return tf.tidy(() => {
    const kept = tf.mul(cosine, sign === 'preserve' ? beta - 1 : 1 - beta);
    return tf.add(tf.mul(crossEntropy, -beta), kept);
  });
}
