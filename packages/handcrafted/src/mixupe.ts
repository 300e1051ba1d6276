import {
  type Batch,
  checkBatch,
  checkChoice,
  checkRange,
  denseTargets,
  type FromMixerOptions,
  invalidArgument,
  type Method,
  mixedAccuracy,
  plainTargets,
  shapeOf,
  stopGradient,
} from '@mix/core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkAlpha } from './internal/check-alpha.js';
import { mixedLoss } from './internal/mixed-loss.js';
import { applyMixup, type MixupOptions, planMixup } from './mixup.js';
import { checkPairing } from './mode.js';

/** Options of {@link mixupePenalty}. */
export interface MixupePenaltyOptions {
  /** Of Mixup's Beta(alpha, alpha); above 0. @defaultValue 2 */
  readonly alpha?: number;
  /**
   * The published code's versions without second derivatives: `v3` differentiates p too and counts rows with q below the threshold;
   * `v4` takes y − p as constant and counts all. @defaultValue 'v3'
   */
  readonly version?: 'v3' | 'v4';
  /** For `v3`: rows whose q is not below this do not count. @defaultValue 1 */
  readonly threshold?: number;
}

/** Options of {@link mixupe}. */
export interface MixupeOptions
  extends MixupePenaltyOptions,
    Omit<MixupOptions, 'alpha'>,
    Pick<FromMixerOptions, 'name' | 'labelSmoothing'> {
  /** Per-sample loss `[B]` of logits and targets. @defaultValue `softCrossEntropy` */
  readonly loss?: NonNullable<FromMixerOptions['loss']>;
  /** Weight η of the penalty, at least 0. @defaultValue 0.001 */
  readonly eta?: number;
}

/** What {@link mixupePenalty} gives. */
export type MixupePenalty = {
  /** R. */
  readonly penalty: Scalar;
  /** q of each row, `[B]`. */
  readonly directional: Tensor1D;
};

/**
 * MixupE's directional penalty `R = −(c/B)·Σ q[i]` with `q[i] = Σ_k f[i,k]·(y[i,k] − p[i,k])`, p the softmax of the logits f and
 * `c = alpha/(2·alpha + 1)`. B counts every row, also those over the threshold.
 *
 * @param logits Of the clean images, `[B,classes]`; borrowed.
 * @param labels int32 `[B]` or float32 `[B,classes]`; borrowed.
 * @returns New tensors: `penalty`, and q of each row. Both can be differentiated by the logits.
 */
export function mixupePenalty(
  logits: Tensor2D,
  labels: Batch['labels'],
  options: MixupePenaltyOptions = {},
): MixupePenalty {
  checkPenalty(options);
  const { alpha = 2, version = 'v3', threshold = 1 } = options;
  return tf.tidy(() => {
    const [size, numClasses] = logits.shape;
    const wanted = denseTargets(plainTargets(labels), numClasses);
    const error = tf.sub(wanted, tf.softmax(logits));
    const directional = tf.sum(tf.mul(logits, version === 'v4' ? stopGradient(error) : error), 1) as Tensor1D;
    const counted =
      version === 'v4'
        ? directional
        : tf.mul(directional, stopGradient(tf.cast(tf.less(directional, threshold), 'float32')));
    const penalty = tf.mul(tf.sum(counted), -mixupeScale(alpha) / size) as Scalar;
    return { penalty, directional };
  });
}

/**
 * MixupE's loss: its gradient is that of `L0 + eta·R`, scaled by `|L0|/|L0 + eta·R|`, so that its size stays that of Mixup's loss L0.
 * Nothing is scaled where the sum is 0.
 *
 * @param base L0, a scalar; borrowed.
 * @param penalty R, a scalar; borrowed.
 * @param eta Weight of the penalty.
 * @returns A new scalar.
 */
export function mixupeLoss(base: Scalar, penalty: Scalar, eta: number): Scalar {
  return tf.tidy(() => {
    const total = tf.add(base, tf.mul(penalty, eta));
    const [of, to] = [tf.abs(stopGradient(total)), tf.abs(stopGradient(base))];
    const one = tf.onesLike(of);
    const isZero = tf.equal(of, 0);
    const factor = tf.where(isZero, one, tf.div(to, tf.where(isZero, one, of)));
    return tf.mul(total, factor) as Scalar;
  });
}

/** `1 − λ̄`, where λ̄ is the mean of Beta(alpha + 1, alpha): `alpha/(2·alpha + 1)`. */
export function mixupeScale(alpha: number): number {
  checkAlpha('mixupeScale', alpha);
  return alpha === Infinity ? 0.5 : alpha / (2 * alpha + 1);
}

/**
 * MixupE as a `Method`: Mixup with a penalty on the clean images that strengthens its first-order effect. The gradient is that of
 * `L0 + eta·R`, scaled by `|L0|/|L0 + eta·R|`, so that the loss's size stays that of Mixup's loss L0. Costs a second forward pass, which
 * also updates BatchNorm's running statistics.
 *
 * Versions 1 and 2 of the published code need second derivatives, which tfjs does not have for most ops; they are left out.
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
  const { alpha = 2, version = 'v3', threshold = 1, ...draws } = rest;
  checkPenalty({ alpha, version, threshold });
  checkPairing('mixupe', draws);
  checkRange('mixupe', 'eta', eta, 0, Number.MAX_VALUE);
  checkRange('mixupe', 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    groups: {},
    step(classifier, batch, { rng }) {
      checkBatch('mixupe', batch);
      const mixed = applyMixup(batch, planMixup(shapeOf(batch), rng, { alpha, ...draws }));
      const { logits } = classifier.forward(mixed.images, { training: true });
      const base = mixedLoss(logits, mixed.targets, { labelSmoothing, ...(loss && { loss }) });
      const clean = classifier.forward(batch.images, { training: true });
      const { penalty } = mixupePenalty(clean.logits, batch.labels, { alpha, version, threshold });
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

function checkPenalty({ alpha = 2, version = 'v3', threshold = 1 }: MixupePenaltyOptions): void {
  checkAlpha('mixupe', alpha);
  checkChoice('mixupe', 'version', version, ['v3', 'v4']);
  if (!Number.isFinite(threshold))
    throw invalidArgument('mixupe', 'threshold', 'be a finite number', threshold);
}
