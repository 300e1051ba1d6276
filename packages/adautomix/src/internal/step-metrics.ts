import { maskStatistics } from '@mix/automix';
import { type Batch, mixedAccuracy, plainTargets, withoutGradient } from '@mix/core';
import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { AdautomixLosses } from '../adautomix-losses.js';
import type { AdautomixPlan } from '../plan-adautomix.js';
import { maskError } from './mask-error.js';

/** What to log of a step; new scalars off the gradient's tape. */
export function stepMetrics(
  { oneHot, plain, mix, masks, targets, generator, student, teacher }: AdautomixLosses,
  labels: Batch['labels'],
  { backbone: { lam } }: AdautomixPlan,
  adversarial: boolean,
): Record<string, Scalar> {
  return withoutGradient(() => {
    const { mean, spread, entropy } = maskStatistics(masks);
    const own = plainTargets(labels);
    const first = lam.reduce((sum, row) => sum + (row[0] as number), 0) / lam.length;
    return {
      lam: tf.scalar(first),
      mixedAccuracy: mixedAccuracy(student.mix.mixLogits, targets),
      oneHot,
      mix,
      ...(plain && { plain }),
      ...(generator && {
        teacherLoss: generator.crossEntropy,
        cosine: generator.cosine,
        [adversarial ? 'adversarialLoss' : 'cooperativeLoss']: generator.loss,
      }),
      maskMean: mean,
      maskSpread: spread,
      maskEntropy: entropy,
      maskError: maskError(masks, lam),
      student: mixedAccuracy(student.clean.logits, own),
      studentMix: mixedAccuracy(student.clean.mixLogits, own),
      teacher: mixedAccuracy(teacher.logits, own),
      teacherMix: mixedAccuracy(teacher.mixLogits, own),
    };
  });
}
