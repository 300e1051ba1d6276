import { type FromMixerOptions, smoothTargets, softCrossEntropy, type Targets } from '@mix/core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What a method does with the logits of mixed rows. */
export type LossOptions = Pick<FromMixerOptions, 'loss' | 'labelSmoothing'>;

/** The mean loss of mixed rows, their targets smoothed once if asked. */
export function mixedLoss(
  logits: Tensor2D,
  targets: Targets,
  { loss = softCrossEntropy, labelSmoothing = 0 }: LossOptions,
): Scalar {
  const smoothed =
    labelSmoothing > 0
      ? smoothTargets(targets, { smoothing: labelSmoothing, numClasses: logits.shape[1] })
      : targets;
  return tf.mean(loss(logits, smoothed)) as Scalar;
}
