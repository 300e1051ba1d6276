import {
  checkInteger,
  checkPositive,
  checkRange,
  denseTargets,
  invalidArgument,
  type Targets,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { isFields } from './internal/check-plan.js';

/** How a label softens as less of an image is left. */
export interface SoftenOptions {
  /** Number of classes, at least 2: that of the data, since labels beyond it would lose their mass. */
  readonly numClasses: number;
  /** Visible share from which on a label keeps its full confidence, in `(0,1]`. @defaultValue 1 */
  readonly threshold?: number;
  /** How slowly confidence falls at first; 1 is a straight line. Above 0. @defaultValue 2 */
  readonly power?: number;
  /** Confidence of a whole image, in `[0,1]`; at least `1 / numClasses` is taken. @defaultValue 1 */
  readonly maxProb?: number;
}

/**
 * Soft Augmentation's curve: the confidence that a visible share v of an image deserves, `p(v) = m − (m − 1/K)·((T − v)/T)^k` for
 * `0 < v ≤ T`, m above and 1/K at 0; K the number of classes, T the threshold, k the power, m the largest confidence.
 *
 * @param visible Share of the image that is left, in `[0,1]`.
 * @returns A number from `1/K` to m, never falling with v.
 * @throws MixError `INVALID_ARGUMENT` for an argument out of range.
 * @see Liu et al. 2023, https://arxiv.org/abs/2211.04625
 */
export function softConfidence(visible: number, options: SoftenOptions): number {
  checkSoften('softConfidence', options);
  checkRange('softConfidence', 'visible', visible, 0, 1);
  const { numClasses, threshold = 1, power = 2, maxProb = 1 } = options;
  const least = 1 / numClasses;
  const most = Math.max(maxProb, least);
  if (visible <= 0) return least;
  if (visible > threshold) return most;
  return most - (most - least) * ((threshold - visible) / threshold) ** power;
}

/**
 * Takes confidence from each row's label and spreads it evenly over the other classes: `p·t + (1 − p)·(1 − t)/(K − 1)`, which for
 * a single class is p there and `(1 − p)/(K − 1)` elsewhere. Mass stays 1.
 *
 * @param targets Borrowed; classes must be below K, which is not looked up on the device.
 * @param confidence p of each row, in `[0,1]`.
 * @param numClasses K, at least 2.
 * @returns New dense targets, the caller's.
 * @throws MixError `INVALID_ARGUMENT` for fewer than two classes, `SHAPE` when dense targets have another width.
 */
export function softenTargets(targets: Targets, confidence: readonly number[], numClasses: number): Targets {
  checkInteger('softenTargets', 'numClasses', numClasses, 2);
  for (const p of confidence) checkRange('softenTargets', 'confidence', p, 0, 1);
  const values = tf.tidy(() => {
    const dense = denseTargets(targets, numClasses);
    const p = tf.tensor2d([...confidence], [confidence.length, 1]);
    const others = tf.div(tf.sub(1, p), numClasses - 1);
    return tf.add(tf.mul(p, dense), tf.mul(others, tf.sub(1, dense)));
  }) as tf.Tensor2D;
  return { kind: 'dense', values };
}

/** Throws unless these are proper {@link SoftenOptions}. */
export function checkSoften(where: string, soften: SoftenOptions): void {
  if (!isFields(soften)) throw invalidArgument(where, 'soften', 'be { numClasses, ... }', soften);
  const { numClasses, threshold = 1, power = 2, maxProb = 1 } = soften;
  checkInteger(where, 'numClasses', numClasses, 2);
  checkPositive(where, 'threshold', threshold);
  checkRange(where, 'threshold', threshold, 0, 1);
  checkPositive(where, 'power', power);
  checkRange(where, 'maxProb', maxProb, 0, 1);
}
