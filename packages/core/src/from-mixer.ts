import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './checks.js';
import { softCrossEntropy } from './losses.js';
import type { Method } from './method.js';
import { mixedAccuracy } from './mixed-accuracy.js';
import type { Mixer } from './mixer.js';
import { smoothTargets, type Targets } from './targets.js';

/** Options of {@link fromMixer}. */
export interface FromMixerOptions {
  /** Shown in logs and errors, and part of what a resumed run must agree on. @defaultValue 'mixer' */
  readonly name?: string;
  /** Per-sample loss `[B]` of logits and targets. @defaultValue {@link softCrossEntropy} */
  readonly loss?: (logits: tf.Tensor2D, targets: Targets) => Tensor1D;
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
  { name = 'mixer', loss = softCrossEntropy, labelSmoothing = 0 }: FromMixerOptions = {},
): Method {
  checkRange('fromMixer', 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    groups: {},
    step(classifier, batch, { rng, progress, guide }) {
      const mixed = mixer(batch, { rng, progress, ...(guide && { guide }) });
      const { logits } = classifier.forward(mixed.images, { training: true });
      const targets =
        labelSmoothing > 0
          ? smoothTargets(mixed.targets, { smoothing: labelSmoothing, numClasses: classifier.numClasses })
          : mixed.targets;
      return {
        losses: { classifier: tf.mean(loss(logits, targets)) as Scalar },
        metrics: {
          lam: tf.mean(tf.slice(mixed.lam, [0, 0], [-1, 1])) as Scalar,
          mixedAccuracy: mixedAccuracy(logits, mixed.targets),
        },
      };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}
