import { type HeadedOutput, maskStatistics, type TeacherView } from '@mix/automix';
import { type Batch, mixedAccuracy, plainTargets, type Targets, withoutGradient } from '@mix/core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { AdautomixPass, GeneratorTerms } from '../adautomix-pass.js';
import type { AdautomixPlan } from '../plan-adautomix.js';
import { maskError } from './mask-error.js';

/** Outputs and masks of a step. */
interface Seen {
  /** The student on clean images. */
  readonly own: HeadedOutput;
  /** The student on generated mixes, which should say `targets`. */
  readonly mixed: HeadedOutput;
  readonly targets: Targets;
  /** The teacher on clean images. */
  readonly clean: TeacherView;
  readonly generator: GeneratorTerms | undefined;
  /** The learned masks of the student's mixes. */
  readonly raw: Tensor4D;
}

/** What to log of a step; new scalars off the gradient's tape. */
export function stepMetrics(
  terms: AdautomixPass['terms'],
  { own, mixed, clean, targets, generator, raw }: Seen,
  labels: Batch['labels'],
  { generator: { lam: generatorLam }, backbone }: AdautomixPlan,
  adversarial: boolean,
): Record<string, Scalar> {
  const masks = generator?.masks ?? raw;
  const lam = generator ? generatorLam : backbone.lam;
  return withoutGradient(() => {
    const { mean, spread, entropy } = maskStatistics(masks);
    const plain = plainTargets(labels);
    return {
      lam: meanFirst(backbone.lam),
      mixedAccuracy: mixedAccuracy(mixed.mixLogits, targets),
      studentAccuracy: mixedAccuracy(own.logits, plain),
      studentMixAccuracy: mixedAccuracy(own.mixLogits, plain),
      teacherAccuracy: mixedAccuracy(clean.logits, plain),
      teacherMixAccuracy: mixedAccuracy(clean.mixLogits, plain),
      maskMean: mean,
      maskSpread: spread,
      maskEntropy: entropy,
      maskLam: meanFirst(lam),
      maskError: maskError(masks, lam),
      lossOne: terms.one,
      lossMix: terms.mix,
      ...(terms.plain && { lossPlain: terms.plain }),
      ...(generator && { teacherLoss: generator.crossEntropy, cosine: generator.cosine }),
      ...(terms.generator && { [adversarial ? 'lossAdversarial' : 'lossCooperative']: terms.generator }),
    };
  });
}

function meanFirst(lam: readonly (readonly number[])[]): Scalar {
  return tf.scalar(lam.reduce((sum, row) => sum + (row[0] as number), 0) / lam.length);
}
