import {
  type Batch,
  blendByLam,
  blendByMasks,
  type Classifier,
  mixTargets,
  softCrossEntropy,
} from '@mix/core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The mixes of {@link compareMasks}. */
export interface ComparedMixes {
  /** For each row, the K rows that it is mixed of. */
  readonly sources: readonly (readonly number[])[];
  /** For each row, the share of each. */
  readonly lam: readonly (readonly number[])[];
  /** The learned masks `[B,H,W,K]`; borrowed. */
  readonly masks: Tensor4D;
}

/** What {@link compareMasks} gives: mean cross-entropies, new scalars. */
export type MaskComparison = {
  /** Of mixes by the learned masks. */
  readonly learned: Scalar;
  /** Of Mixup: every pixel by λ. */
  readonly constant: Scalar;
  /** Of equal blends: every pixel by 1/K. */
  readonly equal: Scalar;
};

/**
 * Whether learned masks earn their place: the λ-weighted loss of a judge on held-out mixes by them, beside Mixup with the same λ and
 * an equal blend. A falling generator loss alone proves nothing, as the teacher learns too; the learned masks must be below both.
 *
 * @param judge In inference mode: the teacher with its mixup head, `heads(classifier).teacherMix`.
 * @param batch Held out; borrowed.
 */
export function compareMasks(
  judge: Classifier,
  { images, labels }: Batch,
  { sources, lam, masks }: ComparedMixes,
): MaskComparison {
  return tf.tidy(() => {
    const size = [sources.length, sources[0]?.length ?? 0] as [number, number];
    const rows = tf.tensor2d(sources.flat(), size, 'int32');
    const targets = mixTargets(labels, rows, tf.tensor2d(lam.flat(), size));
    const loss = (mixed: Tensor4D): Scalar => {
      const { logits } = judge.forward(mixed, { training: false });
      return tf.mean(softCrossEntropy(logits, targets)) as Scalar;
    };
    const equally = lam.map((row) => row.map(() => 1 / row.length));
    return {
      learned: loss(blendByMasks(images, sources, masks)),
      constant: loss(blendByLam(images, sources, lam)),
      equal: loss(blendByLam(images, sources, equally)),
    };
  });
}
