import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './checks.js';
import { softCrossEntropy } from './losses.js';
import type { Method } from './method.js';
import { mixedAccuracy } from './mixed-accuracy.js';
import type { MixedBatch, Mixer } from './mixer.js';
import type { Rng } from './rng.js';
import { smoothTargets, type Targets } from './targets.js';

/**
 * Forms the targets of a mixed batch once its logits are known, such as LUMix's.
 *
 * @param mixed Borrowed.
 * @param logits Of the mixed images, `[B,classes]`; borrowed, and part of the gradient's path: use `stopGradient`.
 * @param rng A stream of its own.
 * @returns New targets.
 */
export type TargetRule = (mixed: MixedBatch, logits: tf.Tensor2D, rng: Rng) => Targets;

/** Options of {@link fromMixer}. */
export interface FromMixerOptions {
  /** Shown in logs and errors, and part of what a resumed run must agree on. @defaultValue 'mixer' */
  readonly name?: string;
  /** Per-sample loss `[B]` of logits and targets. @defaultValue {@link softCrossEntropy} */
  readonly loss?: (logits: tf.Tensor2D, targets: Targets) => Tensor1D;
  /** Targets in place of the mixed batch's own, before label smoothing. @defaultValue `mixed.targets` */
  readonly targets?: TargetRule;
  /** Label smoothing in `[0,1]`, applied once, to the mixed targets. @defaultValue 0 */
  readonly labelSmoothing?: number;
}

/**
 * Lifts a mixer to a {@link Method}: mix the batch, classify it, average the loss over the rows.
 *
 * @param mixer Any mixer.
 * @returns A method without variables or state of its own; metrics `lam` and `mixedAccuracy`.
 */
export function fromMixer(
  mixer: Mixer,
  { name = 'mixer', loss = softCrossEntropy, targets: rule, labelSmoothing = 0 }: FromMixerOptions = {},
): Method {
  checkRange('fromMixer', 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    groups: {},
    step(classifier, batch, { rng, progress, guide }) {
      const mixed = mixer(batch, { rng, progress, ...(guide && { guide }) });
      const { logits } = classifier.forward(mixed.images, { training: true });
      const unsmoothed = rule === undefined ? mixed.targets : rule(mixed, logits, rng.split());
      const targets =
        labelSmoothing > 0
          ? smoothTargets(unsmoothed, { smoothing: labelSmoothing, numClasses: classifier.numClasses })
          : unsmoothed;
      return {
        losses: { classifier: tf.mean(loss(logits, targets)) as Scalar },
        metrics: {
          lam: tf.mean(tf.slice(mixed.lam, [0, 0], [-1, 1])) as Scalar,
          mixedAccuracy: mixedAccuracy(logits, unsmoothed),
        },
      };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}
