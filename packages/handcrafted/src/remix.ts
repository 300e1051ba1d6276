import {
  checkRange,
  disposeMixed,
  invalidArgument,
  type Mixer,
  type Plan,
  type SparseTargets,
  type Targets,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkPairTargets, columns, reweighPairs } from './internal/pair-targets.js';

/** Options of {@link remix}. */
export interface RemixOptions {
  /** Training images of each class, at least 1; give 1 to a class that never occurs. */
  readonly counts: readonly number[];
  /** κ: how many times as many images make a class the majority, at least 1. `Infinity` changes nothing. @defaultValue 3 */
  readonly kappa?: number;
  /** τ in `[0,1]`: the majority loses its label where its share is below. @defaultValue 0.5 */
  readonly tau?: number;
}

/**
 * Gives the complete label to the rarer class where the frequent one has the smaller share: own weight 0 if
 * `n_own ≥ κ·n_partner` and λ < τ, 1 if `κ·n_own ≤ n_partner` and 1 − λ < τ, else λ. Counts are compared in doubles. For κ = 1
 * and equal counts both may hold: the first rule wins.
 *
 * @param targets Sparse, of one or two classes a row, weights of a row summing to 1; borrowed.
 * @returns New targets, the caller's.
 * @throws MixError `UNSUPPORTED` for other targets, `INVALID_ARGUMENT` for options out of range.
 */
export function remixTargets(targets: Targets, options: RemixOptions): SparseTargets {
  checkOptions(options);
  checkPairTargets('remixTargets', targets);
  const { counts, kappa = 3, tau = 0.5 } = options;
  if (targets.classes.shape[1] === 1) {
    return { kind: 'sparse', classes: tf.clone(targets.classes), weights: tf.clone(targets.weights) };
  }
  return tf.tidy(() => {
    const [own, partner] = columns(targets.classes);
    const [lam, rest] = columns(targets.weights);
    // As ranks, the comparison with κ is one of whole numbers, and exact on every backend.
    const { rank, needed } = ranks(counts, kappa);
    const at = (table: number[], index: tf.Tensor): tf.Tensor =>
      tf.gather(tf.tensor1d(table, 'int32'), tf.reshape(index, [-1]));
    const rankOf = (index: tf.Tensor): tf.Tensor => tf.reshape(at(rank, index), [-1, 1]);
    const neededFor = (index: tf.Tensor): tf.Tensor => tf.reshape(at(needed, index), [-1, 1]);
    const losing = tf.logicalAnd(tf.greaterEqual(rankOf(own), neededFor(partner)), tf.less(lam, tau));
    const winning = tf.logicalAnd(tf.greaterEqual(rankOf(partner), neededFor(own)), tf.less(rest, tau));
    const [none, all] = [tf.zerosLike(lam), tf.onesLike(lam)];
    const ownWeight = tf.where(losing, none, tf.where(winning, all, lam));
    const partnerWeight = tf.where(losing, all, tf.where(winning, none, rest));
    return reweighPairs(targets, ownWeight, partnerWeight);
  });
}

/**
 * Remix for imbalanced data, over any mixer of two images: images, λ and plan are the mixer's, labels follow
 * {@link remixTargets}. The rule draws nothing: a plan that is applied again gives the mixer's own targets, and
 * `remixTargets` of those gives these.
 *
 * @example
 * ```ts
 * const mix = remix(mixup({ alpha: 1 }), { counts: [5000, 500, 50] });
 * ```
 * @see Chou et al. 2020, https://arxiv.org/abs/2007.03943
 */
export function remix<P extends Plan>(mixer: Mixer<P>, options: RemixOptions): Mixer<P> {
  checkOptions(options);
  return (batch, context) => {
    if (batch.labels.rank !== 1) {
      throw invalidArgument('remix', 'labels', 'be int32 classes [B]', batch.labels.shape, {
        code: 'UNSUPPORTED',
      });
    }
    const mixed = mixer(batch, context);
    try {
      const targets = remixTargets(mixed.targets, options);
      tf.dispose(mixed.targets as tf.TensorContainer);
      return { ...mixed, targets };
    } catch (error) {
      disposeMixed(mixed);
      throw error;
    }
  };
}

// A class outranks another κ times over exactly if its rank is at least what the other needs.
function ranks(counts: readonly number[], kappa: number): { rank: number[]; needed: number[] } {
  const sorted = [...new Set(counts)].sort((a, b) => a - b);
  const needed = counts.map((count) => {
    const first = sorted.findIndex((other) => other >= kappa * count);
    return first < 0 ? sorted.length : first;
  });
  return { rank: counts.map((count) => sorted.indexOf(count)), needed };
}

function checkOptions({ counts, kappa = 3, tau = 0.5 }: RemixOptions): void {
  if (counts.length === 0 || !counts.every((count) => count >= 1 && count < Infinity)) {
    throw invalidArgument('remix', 'counts', 'be at least 1 for each class', counts);
  }
  checkRange('remix', 'kappa', kappa, 1, Infinity);
  checkRange('remix', 'tau', tau, 0, 1);
}
