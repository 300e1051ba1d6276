import {
  type BatchShape,
  blendByLam,
  checkBatch,
  checkInteger,
  checkRange,
  type FromMixerOptions,
  type Intercept,
  invalidArgument,
  type Method,
  mixedAccuracy,
  mixTargets,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkAlpha } from './internal/check-alpha.js';
import { mixedLoss } from './internal/mixed-loss.js';
import { type MixupOptions, planMixup } from './mixup.js';
import { checkPairing } from './mode.js';

/** What Manifold Mixup draws. */
export interface ManifoldMixupPlan extends Plan {
  readonly method: 'manifoldMixup';
  /** The stage whose features are mixed; 0 is the input. */
  readonly stage: number;
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** The own share in each row, in `[0,1]`. */
  readonly lam: readonly number[];
}

/** Options of {@link planManifoldMixup}. */
export interface ManifoldMixupDraws extends Omit<MixupOptions, 'alpha'> {
  /** λ ~ Beta(alpha, alpha); above 0. The paper has 2 on CIFAR and 0.2 on Tiny ImageNet. @defaultValue 2 */
  readonly alpha?: number;
  /** The stages to choose from, uniformly, for each batch; 0 is the input. @defaultValue [0, 1, 2] */
  readonly stages?: readonly number[];
}

/** Options of {@link manifoldMixup}. */
export interface ManifoldMixupOptions
  extends ManifoldMixupDraws,
    Pick<FromMixerOptions, 'name' | 'labelSmoothing'> {
  /** Per-sample loss `[B]` of logits and targets. @defaultValue `softCrossEntropy` */
  readonly loss?: NonNullable<FromMixerOptions['loss']>;
}

/**
 * Draws the stage, then partners and λ as Mixup does. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for an alpha that is not above 0, or no stages.
 */
export function planManifoldMixup(
  shape: BatchShape,
  rng: Rng,
  options: ManifoldMixupDraws = {},
): ManifoldMixupPlan {
  checkOptions(options);
  const { alpha = 2, stages = [0, 1, 2], ...pairs } = options;
  const own = rng.split();
  const stage = own.choice(stages);
  const { partner, lam } = planMixup(shape, own, { alpha, ...pairs });
  return { method: 'manifoldMixup', shape, stage, partner, lam };
}

/**
 * What a plan does to the features of its stage: `λ·h[i] + (1 − λ)·h[partner[i]]`, for features of any shape. Gradients reach both rows.
 *
 * @param plan Of the batch's size.
 */
export function manifoldIntercept({ stage, partner, lam }: ManifoldMixupPlan): Intercept {
  const sources = partner.map((other, row) => [row, other]);
  const shares = lam.map((own) => [own, 1 - own]);
  return { stage, apply: (features) => blendByLam(features, sources, shares) };
}

/**
 * Manifold Mixup as a `Method`: mixes the features of a random stage, and the labels by the same λ. BatchNorm below that stage sees
 * clean data, above it mixed data. The published code takes `softmaxBce` as loss, this the soft cross-entropy.
 *
 * @returns A method without variables or state; metrics `lam` and `mixedAccuracy`. It needs a classifier with the stages named.
 * @example
 * ```ts
 * const method = manifoldMixup({ alpha: 2, stages: [0, 1, 2] });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Verma et al. 2019, https://arxiv.org/abs/1806.05236
 */
export function manifoldMixup(options: ManifoldMixupOptions = {}): Method {
  const { name = 'manifoldMixup', loss, labelSmoothing = 0, ...draws } = options;
  checkOptions(draws);
  checkRange('manifoldMixup', 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    groups: {},
    step(classifier, batch, { rng }) {
      checkBatch('manifoldMixup', batch);
      const plan = planManifoldMixup(shapeOf(batch), rng, draws);
      const intercept = manifoldIntercept(plan);
      const { logits } = classifier.forward(batch.images, { training: true, intercept });
      const { partner, lam } = plan;
      const sources = tf.tensor2d(
        partner.flatMap((other, row) => [row, other]),
        [partner.length, 2],
        'int32',
      );
      const shares = tf.tensor2d(
        lam.flatMap((own) => [own, 1 - own]),
        [lam.length, 2],
      );
      const targets = mixTargets(batch.labels, sources, shares);
      return {
        losses: { classifier: mixedLoss(logits, targets, { labelSmoothing, ...(loss && { loss }) }) },
        metrics: {
          lam: tf.mean(tf.slice(shares, [0, 0], [-1, 1])) as Scalar,
          mixedAccuracy: mixedAccuracy(logits, targets),
        },
      };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}

function checkOptions({ alpha = 2, stages = [0, 1, 2], ...pairs }: ManifoldMixupDraws): void {
  checkAlpha('manifoldMixup', alpha);
  if (stages.length === 0) throw invalidArgument('manifoldMixup', 'stages', 'name at least one', stages);
  for (const stage of stages) checkInteger('manifoldMixup', 'stages', stage);
  checkPairing('manifoldMixup', pairs);
}
