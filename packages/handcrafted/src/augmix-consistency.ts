import {
  checkBatch,
  checkRange,
  type FromMixerOptions,
  type Method,
  mixedAccuracy,
  plainTargets,
  shapeOf,
  stopGradient,
} from '@mix/core';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { applyAugmix, planAugmix } from './augmix.js';
import { type AugmixOptions, checkAugmix } from './augmix-options.js';
import { mixedLoss } from './internal/mixed-loss.js';
import { jsdLoss } from './jsd-loss.js';

/** Options of {@link augmixConsistency}. */
export interface AugmixConsistencyOptions
  extends AugmixOptions,
    Pick<FromMixerOptions, 'name' | 'labelSmoothing'> {
  /** Per-sample loss `[B]` of the unchanged images. @defaultValue `softCrossEntropy` */
  readonly loss?: NonNullable<FromMixerOptions['loss']>;
  /** Weight of the consistency, at least 0. @defaultValue 12 */
  readonly weight?: number;
}

/**
 * AugMix with its consistency as a `Method`: `loss(x) + weight·JSD(x, view1, view2)`, where both views are AugMix draws of the same
 * images, see `jsdLoss`. Labels are learned from the unchanged images alone; soft labels are fine.
 *
 * As in the published code, the three views are one batch of 3·B rows, so that BatchNorm sees them together. A step costs three
 * times a plain one, and the host's time for two draws of AugMix.
 *
 * @returns A method without variables or state; metrics `jsd`, and `mixedAccuracy` of the unchanged images.
 * @example
 * ```ts
 * const method = augmixConsistency({ severity: 3, mean, std });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Hendrycks et al. 2020, https://arxiv.org/abs/1912.02781
 */
export function augmixConsistency(options: AugmixConsistencyOptions = {}): Method {
  const { name = 'augmixConsistency', loss, labelSmoothing = 0, weight = 12, ...draws } = options;
  checkAugmix('augmixConsistency', draws);
  checkRange('augmixConsistency', 'weight', weight, 0, Number.MAX_VALUE);
  checkRange('augmixConsistency', 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    groups: {},
    step(classifier, batch, { rng }) {
      checkBatch('augmixConsistency', batch);
      const view = (): Tensor4D => applyAugmix(batch, planAugmix(shapeOf(batch), rng, draws)).images;
      const images = tf.concat([batch.images, view(), view()], 0);
      const { logits } = classifier.forward(images, { training: true });
      const views = tf.split(logits, 3) as Tensor2D[];
      const [clean] = views as [Tensor2D];
      const targets = plainTargets(batch.labels);
      const own = mixedLoss(clean, targets, { labelSmoothing, ...(loss && { loss }) });
      const jsd = tf.mean(jsdLoss(views)) as Scalar;
      return {
        losses: { classifier: tf.add(own, tf.mul(jsd, weight)) as Scalar },
        metrics: { jsd: stopGradient(jsd), mixedAccuracy: mixedAccuracy(clean, targets) },
      };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}
