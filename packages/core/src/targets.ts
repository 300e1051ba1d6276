import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkChoice, checkInteger, checkRange } from './checks.js';
import { invalidArgument } from './errors.js';

/** What the classifier should say of each row: a few weighted classes, or a value for every class. */
export type Targets = SparseTargets | DenseTargets;

/** K weighted classes a row. Weights of a row need not sum to 1 (SnapMix, TokenMix). */
export type SparseTargets = {
  /** Tells the two apart. */
  readonly kind: 'sparse';
  /** int32 `[B,K]`. */
  readonly classes: Tensor2D;
  /** float32 `[B,K]`. */
  readonly weights: Tensor2D;
};

/** A value for every class. */
export type DenseTargets = {
  /** Tells the two apart. */
  readonly kind: 'dense';
  /** float32 `[B,classes]`. */
  readonly values: Tensor2D;
  /** Label smoothing already in `values`; set by {@link smoothTargets}, which refuses to smooth twice. */
  readonly smoothing?: number;
};

/**
 * Targets of mixed rows from the labels of their sources.
 *
 * @param labels int32 `[B]` (gives sparse targets) or float32 `[B,classes]` (gives dense ones); borrowed.
 * @param sources int32 `[B,K]`: the row of each source; borrowed.
 * @param lam float32 `[B,K]`: the share of each source; borrowed.
 * @returns New targets, the caller's.
 */
export function mixTargets(labels: Tensor1D | Tensor2D, sources: Tensor2D, lam: Tensor2D): Targets {
  if (labels.rank === 1) {
    return {
      kind: 'sparse',
      classes: tf.tidy(() => tf.gather(labels, sources) as Tensor2D),
      weights: tf.clone(lam),
    };
  }
  const values = tf.tidy(() =>
    tf.sum(tf.mul(tf.gather(labels, sources), tf.expandDims(lam, 2)), 1),
  ) as Tensor2D;
  return { kind: 'dense', values };
}

/** Targets of unmixed rows: class `labels[b]` with weight 1, or the soft labels themselves. New tensors. */
export function plainTargets(labels: Tensor1D | Tensor2D): Targets {
  if (labels.rank === 1) {
    const size = labels.shape[0];
    const classes = tf.reshape(labels, [size, 1]) as Tensor2D;
    return { kind: 'sparse', classes, weights: tf.ones([size, 1]) };
  }
  return { kind: 'dense', values: tf.clone(labels as Tensor2D) };
}

/**
 * Writes targets as one value per class: `Σ_k weights[b,k] · onehot(classes[b,k])`.
 *
 * @param targets Borrowed.
 * @param numClasses Number of classes; must equal the width of dense targets.
 * @returns float32 `[B,numClasses]`, new.
 * @throws MixError `SHAPE` when dense targets have another width.
 */
export function denseTargets(targets: Targets, numClasses: number): Tensor2D {
  checkInteger('denseTargets', 'numClasses', numClasses, 1);
  if (targets.kind === 'dense') {
    if (targets.values.shape[1] !== numClasses) {
      throw invalidArgument('denseTargets', 'targets', `have ${numClasses} classes`, targets.values.shape, {
        code: 'SHAPE',
      });
    }
    return tf.clone(targets.values);
  }
  const { classes, weights } = targets;
  return tf.tidy(() => {
    const oneHot = tf.cast(tf.oneHot(classes, numClasses), 'float32');
    return tf.sum(tf.mul(oneHot, tf.expandDims(weights, 2)), 1) as Tensor2D;
  });
}

/** How smoothing spreads the mass; `original` is timm's and the usual one. */
export type SmoothingKind = 'original' | 'classy' | 'multi-label';

/** Options of {@link smoothTargets}. */
export interface SmoothingOptions {
  /** Share s of the mass to spread, in `[0,1]`. */
  readonly smoothing: number;
  /** Number of classes K. */
  readonly numClasses: number;
  /**
   * `original`: `(1 − s)·t + s/K`; `classy`: `(t + s/K)/(1 + s)`; `multi-label`: `(1 − 2s)·t + s`.
   * @defaultValue 'original'
   */
  readonly kind?: SmoothingKind;
}

/**
 * Label smoothing, applied once and in the targets; no loss of mix smooths again. Smoothing is affine, so that smoothing
 * mixed targets equals mixing smoothed labels.
 *
 * @param targets Borrowed.
 * @returns New dense targets, the caller's.
 * @throws MixError `INVALID_ARGUMENT` when the targets were smoothed before.
 * @see Szegedy et al. 2016, https://arxiv.org/abs/1512.00567
 */
export function smoothTargets(
  targets: Targets,
  { smoothing, numClasses, kind = 'original' }: SmoothingOptions,
): DenseTargets {
  checkRange('smoothTargets', 'smoothing', smoothing, 0, 1);
  checkChoice('smoothTargets', 'kind', kind, ['original', 'classy', 'multi-label']);
  if (targets.kind === 'dense' && targets.smoothing !== undefined) {
    throw invalidArgument('smoothTargets', 'targets', 'not be smoothed already', targets.smoothing, {
      remedy: 'Smooth once: in the data or in the method, not in both.',
    });
  }
  const values = tf.tidy(() => {
    const dense = denseTargets(targets, numClasses);
    switch (kind) {
      case 'original':
        return tf.add(tf.mul(dense, 1 - smoothing), smoothing / numClasses);
      case 'classy':
        return tf.div(tf.add(dense, smoothing / numClasses), 1 + smoothing);
      case 'multi-label':
        return tf.add(tf.mul(dense, 1 - 2 * smoothing), smoothing);
    }
  }) as Tensor2D;
  return { kind: 'dense', values, smoothing };
}

/**
 * Makes every class above a threshold a full one: 1 where `t > threshold`, else 0. Multi-label targets of mixed rows for
 * `softBce`; timm's `bce_target_thresh`.
 *
 * @param targets Borrowed.
 * @param options `numClasses`, and the `threshold` in `[0,1]`: 0 takes each class that is in the mix at all.
 * @returns New dense targets, the caller's.
 */
export function thresholdTargets(
  targets: Targets,
  { numClasses, threshold = 0 }: { readonly numClasses: number; readonly threshold?: number },
): DenseTargets {
  checkRange('thresholdTargets', 'threshold', threshold, 0, 1);
  const values = tf.tidy(() =>
    tf.cast(tf.greater(denseTargets(targets, numClasses), threshold), 'float32'),
  ) as Tensor2D;
  return { kind: 'dense', values };
}
