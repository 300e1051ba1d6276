import {
  type Batch,
  type Classifier,
  checkBatch,
  checkChoice,
  checkRange,
  type FromMixerOptions,
  type Method,
  mixedAccuracy,
  shapeOf,
  stopGradient,
} from '@mix/core';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkAlpha } from './internal/check-alpha.js';
import { checkThreshold } from './internal/check-threshold.js';
import { mixedLoss } from './internal/mixed-loss.js';
import { applyMixup, type MixupOptions, planMixup } from './mixup.js';
import { type MixupeDirectionalOptions, mixupeDirectional } from './mixupe-directional.js';
import { mixupeLoss, mixupePenalty } from './mixupe-penalty.js';
import { checkPairing } from './mode.js';

/** Options of {@link mixupe}. */
export interface MixupeOptions
  extends Pick<MixupeDirectionalOptions, 'mean'>,
    Omit<MixupOptions, 'alpha'>,
    Pick<FromMixerOptions, 'name' | 'labelSmoothing'> {
  /** Of Mixup's Beta(alpha, alpha); above 0. @defaultValue 2 */
  readonly alpha?: number;
  /**
   * The published code's versions: `v1` and `v2` are derivatives along the way to the mean image (`mixupeDirectional`), `v3` and `v4` a
   * cheap stand-in (`mixupePenalty`). @defaultValue 'v3'
   */
  readonly version?: 'v1' | 'v2' | 'v3' | 'v4';
  /** For `v1` and `v3`: rows whose q is not below this do not count. @defaultValue 1 */
  readonly threshold?: number;
  /** Per-sample loss `[B]` of logits and targets. @defaultValue `softCrossEntropy` */
  readonly loss?: NonNullable<FromMixerOptions['loss']>;
  /** Weight η of the penalty, at least 0. @defaultValue 0.001 */
  readonly eta?: number;
}

/**
 * MixupE as a `Method`: Mixup with a penalty on the clean images that strengthens its first-order effect. The gradient is that of
 * `L0 + eta·R`, scaled by `|L0|/|L0 + eta·R|`, so that the loss's size stays that of Mixup's loss L0. Costs a second forward pass, for
 * versions 1 and 2 five more and a gradient by the images; each also updates BatchNorm's running statistics.
 *
 * Versions 1 and 2 need a classifier that gives the same for the same images: no dropout, no stochastic depth.
 *
 * @returns A method without variables or state; metrics `lam`, `mixedAccuracy` and `penalty`.
 * @example
 * ```ts
 * const method = mixupe({ alpha: 2, eta: 0.001 });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Zou et al. 2023, https://proceedings.mlr.press/v216/zou23a.html
 */
export function mixupe(options: MixupeOptions = {}): Method {
  const { name = 'mixupe', loss, labelSmoothing = 0, eta = 0.001, ...rest } = options;
  const { alpha = 2, version = 'v3', threshold = 1, mean = 0, ...draws } = rest;
  checkAlpha('mixupe', alpha);
  checkChoice('mixupe', 'version', version, ['v1', 'v2', 'v3', 'v4']);
  checkThreshold('mixupe', threshold);
  checkPairing('mixupe', draws);
  checkRange('mixupe', 'eta', eta, 0, Number.MAX_VALUE);
  checkRange('mixupe', 'labelSmoothing', labelSmoothing, 0, 1);
  const penaltyOf = (classifier: Classifier, batch: Batch): Scalar => {
    const forward = (images: Tensor4D): Tensor2D => classifier.forward(images, { training: true }).logits;
    return version === 'v1' || version === 'v2'
      ? mixupeDirectional(forward, batch, { alpha, version, threshold, mean }).penalty
      : mixupePenalty(forward(batch.images), batch.labels, { alpha, version, threshold }).penalty;
  };
  return {
    name,
    groups: {},
    step(classifier, batch, { rng }) {
      checkBatch('mixupe', batch);
      const mixed = applyMixup(batch, planMixup(shapeOf(batch), rng, { alpha, ...draws }));
      const { logits } = classifier.forward(mixed.images, { training: true });
      const base = mixedLoss(logits, mixed.targets, { labelSmoothing, ...(loss && { loss }) });
      const penalty = penaltyOf(classifier, batch);
      return {
        losses: { classifier: mixupeLoss(base, penalty, eta) },
        metrics: {
          lam: tf.mean(tf.slice(mixed.lam, [0, 0], [-1, 1])) as Scalar,
          mixedAccuracy: mixedAccuracy(logits, mixed.targets),
          penalty: stopGradient(penalty),
        },
      };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}
