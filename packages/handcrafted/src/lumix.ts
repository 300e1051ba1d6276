import {
  checkRange,
  type FromMixerOptions,
  fromMixer,
  invalidArgument,
  type Method,
  type Mixer,
  type SparseTargets,
  stopGradient,
  type Targets,
} from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { RowLoss } from './class-losses.js';
import { checkAlpha } from './internal/check-alpha.js';
import { checkPairTargets, columns, reweighPairs } from './internal/pair-targets.js';

/** How much of λ LUMix takes from elsewhere. */
export interface LumixShares {
  /** r_s in `[0,1]`: share of the noise. @defaultValue 0.1 */
  readonly noise?: number;
  /** r_p in `[0,1]`: share of the model's opinion; `noise + prediction` is at most 1. @defaultValue 0.4 */
  readonly prediction?: number;
}

/** Options of {@link lumix}. */
export interface LumixOptions extends LumixShares, Pick<FromMixerOptions, 'labelSmoothing'> {
  /** Per-sample loss `[B]` of logits and targets. @defaultValue `softCrossEntropy` */
  readonly loss?: RowLoss;
  /** The noise is Beta(alpha, alpha), drawn for each row; above 0. @defaultValue 1 */
  readonly alpha?: number;
}

/**
 * Perturbs the label weights of mixed rows: `λ·(1 − r_p − r_s) + r_p·σ(z[y_own] − z[y_partner]) + r_s·noise`. Rows that mix
 * nothing, of weight 0 or 1, stay as they are.
 *
 * @param targets Sparse, of one or two classes a row, weights of a row summing to 1; borrowed.
 * @param logits Of the mixed images, float32 `[B,classes]`; borrowed, treated as constants.
 * @param noise In `[0,1]`, for each row.
 * @returns New targets, the caller's.
 * @throws MixError `UNSUPPORTED` for other targets, `INVALID_ARGUMENT` for shares out of range.
 */
export function lumixTargets(
  targets: Targets,
  logits: Tensor2D,
  noise: readonly number[],
  shares: LumixShares = {},
): SparseTargets {
  const { noise: noiseShare = 0.1, prediction = 0.4 } = shares;
  checkShares(shares);
  checkPairTargets('lumixTargets', targets);
  const { classes, weights } = targets;
  const [size, count] = classes.shape;
  if (noise.length !== size) {
    throw invalidArgument('lumixTargets', 'noise', `hold ${size} values`, noise.length, {
      code: 'BATCH_SIZE',
    });
  }
  if (count === 1 || (noiseShare === 0 && prediction === 0)) {
    return { kind: 'sparse', classes: tf.clone(classes), weights: tf.clone(weights) };
  }
  return tf.tidy(() => {
    const [own, partner] = columns(classes);
    const z = stopGradient(logits);
    const logit = (label: Tensor2D): tf.Tensor => {
      const oneHot = tf.cast(tf.oneHot(tf.reshape(label, [size]), z.shape[1]), 'float32');
      return tf.sum(tf.mul(oneHot, z), 1, true);
    };
    const opinion = tf.sigmoid(tf.sub(logit(own), logit(partner)));
    const [lam] = columns(weights);
    const disturbed = tf.addN([
      tf.mul(lam, 1 - prediction - noiseShare),
      tf.mul(opinion, prediction),
      tf.mul(tf.tensor2d([...noise], [size, 1]), noiseShare),
    ]) as Tensor2D;
    return reweighPairs(targets, disturbed, tf.sub(1, disturbed));
  });
}

/**
 * LUMix over any mixer of two images: a mixed image seldom shows exactly λ of its object, so its label is disturbed by noise
 * and by what the model sees in it. Images and λ are the mixer's; the metric `mixedAccuracy` uses the disturbed labels.
 *
 * Experimental: no code of the authors is public, and the equation and both shares are ours, after their abstract.
 *
 * @param mixer Any mixer of two images a row; batches must have int32 labels.
 * @returns A method without variables or state of its own.
 * @see Sun et al. 2022, https://arxiv.org/abs/2211.15846
 */
export function lumix(
  mixer: Mixer,
  { alpha = 1, noise = 0.1, prediction = 0.4, ...rest }: LumixOptions = {},
): Method {
  checkAlpha('lumix', alpha);
  checkShares({ noise, prediction });
  return fromMixer(mixer, {
    ...rest,
    name: 'lumix',
    targets: ({ targets }, logits, rng) => {
      const drawn = Array.from({ length: logits.shape[0] }, (_, row) =>
        rng.fork('row', row).beta(alpha, alpha),
      );
      return lumixTargets(targets, logits, drawn, { noise, prediction });
    },
  });
}

function checkShares({ noise = 0.1, prediction = 0.4 }: LumixShares): void {
  checkRange('lumix', 'noise', noise, 0, 1);
  checkRange('lumix', 'prediction', prediction, 0, 1);
  if (noise + prediction > 1) {
    throw invalidArgument('lumix', 'noise + prediction', 'be at most 1', noise + prediction);
  }
}
