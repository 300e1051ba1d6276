import {
  invalidArgument,
  type SparseTargets,
  smoothTargets,
  softCrossEntropy,
  stopGradient,
} from '@mix/core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { unitSoftmax } from './internal/unit-softmax.js';
import { mixRatio } from './mix-ratio.js';
import { type ResolvedSettings, resolveSettings, type SumixSettings } from './settings.js';

/** What {@link sumixTerms} starts from: B clean rows, M rows mixed of two each; all borrowed. */
export interface SumixInputs {
  /** Logits of the clean images, `[B,classes]`; constants. */
  readonly cleanLogits: Tensor2D;
  /** Logits of the mixed images, `[M,classes]`. */
  readonly mixedLogits: Tensor2D;
  /** Uncertainty of the clean images, `[B,classes]`: see `uncertainty`, or the logits once more. */
  readonly cleanUncertainty: Tensor2D;
  /** Uncertainty of the mixed images, `[M,classes]`. */
  readonly mixedUncertainty: Tensor2D;
  /** int32 `[M,2]`: the class of each source. */
  readonly classes: Tensor2D;
  /** int32 `[M,2]`: the clean row of each source. */
  readonly sources: Tensor2D;
  /** `[M,2]`: the share of each source in the image. */
  readonly lam: Tensor2D;
}

/** Options of {@link sumixTerms}. */
export interface SumixTermsOptions extends Omit<SumixSettings, 'isNorm' | 'detachClean'> {
  /** Label smoothing in `[0,1]` of the classification's targets. @defaultValue 0 */
  readonly labelSmoothing?: number;
}

/** What SUMix makes of one of the two sources. */
export type SourceTerms = {
  /** Softmax of its clean logits, without the other source's class, `[M,classes]`; constant. */
  readonly semantics: Tensor2D;
  /** Euclidean distance of that from the mix's, `[M]`; constant. */
  readonly distance: Tensor1D;
  /** α: softmax of the difference, of norm `alphaScale`, `[M,classes]`; constant. */
  readonly alpha: Tensor2D;
  /** β: its uncertainty and the mix's, `[M,classes]`. */
  readonly beta: Tensor2D;
  /** φ = exp(−(β + α)), logits of the regulariser, `[M,classes]`. */
  readonly features: Tensor2D;
};

/** What {@link sumixTerms} gives; new tensors, the caller's. */
export type SumixTerms = {
  /** `classification + gamma · regulariser`. */
  readonly loss: Scalar;
  /** Cross-entropy of the mixed logits, by the label weights. */
  readonly classification: Scalar;
  /** Cross-entropy of φ by λ. */
  readonly regulariser: Scalar;
  /** λ_a, λ_b of each row, `[M,2]`; constant. */
  readonly ratio: Tensor2D;
  /** The targets of the classification, before label smoothing. */
  readonly targets: SparseTargets;
  /** Softmax of the mixed logits, `[M,classes]`; constant. */
  readonly mixedSemantics: Tensor2D;
  /** Of the first source. */
  readonly own: SourceTerms;
  /** Of the second source. */
  readonly partner: SourceTerms;
};

// Only logits as uncertainty come near it: exp would overflow. (tfjs has no gradient for `minimum` with a number.)
const [LEAST_EXPONENT, LARGEST_EXPONENT] = [-1e30, 30];

/**
 * SUMix's loss and all that leads to it, from the logits and uncertainties of clean and mixed images. Gradients reach the mixed
 * logits by the classification, and both uncertainties by the regulariser; the label weights have none.
 *
 * @throws MixError `BATCH_SIZE` or `SHAPE` for inputs that do not fit, `INVALID_ARGUMENT` for settings out of range.
 * @see Qin et al. 2024, https://arxiv.org/abs/2407.07805
 */
export function sumixTerms(inputs: SumixInputs, options: SumixTermsOptions = {}): SumixTerms {
  const { labelSmoothing = 0, ...given } = options;
  const settings = resolveSettings('sumixTerms', given);
  checkInputs(inputs);
  return tf.tidy(() => {
    const { mixedLogits, classes, sources, lam } = inputs;
    const [size, numClasses] = mixedLogits.shape;
    const mixedSemantics = tf.softmax(stopGradient(mixedLogits));
    const [ownClass, partnerClass] = columns(classes);
    const [ownShare, partnerShare] = columns(lam);
    const oneHots = { own: oneHot(ownClass, numClasses), partner: oneHot(partnerClass, numClasses) };
    const differ = settings.zeroSameClass
      ? tf.scalar(1)
      : tf.cast(tf.notEqual(ownClass, partnerClass), 'float32');
    const [ownRow, partnerRow] = columns(sources).map((rows) => tf.reshape(rows, [size]) as Tensor1D);
    const source = (rows: Tensor1D | undefined, foreign: Tensor2D): SourceTerms =>
      sourceTerms(inputs, settings, {
        rows: rows as Tensor1D,
        kept: tf.sub(1, tf.mul(foreign, differ)),
        mixedSemantics,
      });
    const own = source(ownRow, oneHots.partner);
    const partner = source(partnerRow, oneHots.own);
    const evidence =
      settings.ratio === 'distance'
        ? tf.mul(tf.sub(partner.distance, own.distance), settings.tau)
        : tf.sub(at(partner.alpha, oneHots.partner), at(own.alpha, oneHots.own));
    const ratio = mixRatio(lam, evidence as Tensor1D);
    const weights: Tensor2D =
      settings.reduction === 'sample' ? ratio : tf.tile(tf.mean(ratio, 0, true), [size, 1]);
    const targets: SparseTargets = { kind: 'sparse', classes: tf.clone(classes), weights: tf.clone(weights) };
    const smoothed =
      labelSmoothing > 0 ? smoothTargets(targets, { smoothing: labelSmoothing, numClasses }) : targets;
    const classification = tf.mean(softCrossEntropy(mixedLogits, smoothed)) as Scalar;
    const regulariser: Scalar = tf.add(
      tf.mean(softCrossEntropy(own.features, sparse(ownClass, ownShare))),
      tf.mean(softCrossEntropy(partner.features, sparse(partnerClass, partnerShare))),
    );
    const loss: Scalar =
      settings.gamma === 0
        ? tf.clone(classification)
        : tf.add(classification, tf.mul(regulariser, settings.gamma));
    return { loss, classification, regulariser, ratio, targets, mixedSemantics, own, partner };
  });
}

function sourceTerms(
  { cleanLogits, cleanUncertainty, mixedUncertainty }: SumixInputs,
  { alphaScale }: ResolvedSettings,
  { rows, kept, mixedSemantics }: { rows: Tensor1D; kept: Tensor2D; mixedSemantics: Tensor2D },
): SourceTerms {
  const clean = tf.softmax(stopGradient(cleanLogits));
  const semantics: Tensor2D = tf.mul(tf.gather(clean, rows), kept);
  const difference: Tensor2D = tf.sub(mixedSemantics, semantics);
  const scale = alphaScale === 'batch' ? mixedSemantics.shape[0] : alphaScale;
  const alpha: Tensor2D = tf.mul(unitSoftmax(difference), scale);
  const beta: Tensor2D = tf.add(tf.gather(cleanUncertainty, rows), mixedUncertainty);
  const exponent = tf.clipByValue(tf.neg(tf.add(beta, alpha)), LEAST_EXPONENT, LARGEST_EXPONENT);
  const distance = tf.sqrt(tf.sum(tf.square(difference), 1)) as Tensor1D;
  return { semantics, distance, alpha, beta, features: tf.exp(exponent) as Tensor2D };
}

function columns(pairs: Tensor2D): [Tensor2D, Tensor2D] {
  return tf.split(pairs, 2, 1) as [Tensor2D, Tensor2D];
}

function oneHot(classes: Tensor2D, numClasses: number): Tensor2D {
  const flat = tf.reshape(classes, [classes.shape[0]]);
  return tf.cast(tf.oneHot(flat, numClasses), 'float32') as Tensor2D;
}

function at(values: Tensor2D, oneHots: Tensor2D): Tensor1D {
  return tf.sum(tf.mul(values, oneHots), 1) as Tensor1D;
}

function sparse(classes: Tensor2D, weights: Tensor2D): SparseTargets {
  return { kind: 'sparse', classes, weights };
}

function checkInputs(inputs: SumixInputs): void {
  const { cleanLogits, mixedLogits, classes } = inputs;
  const expected: Record<string, readonly [got: Tensor2D, wanted: readonly number[]]> = {
    cleanUncertainty: [inputs.cleanUncertainty, cleanLogits.shape],
    mixedUncertainty: [inputs.mixedUncertainty, mixedLogits.shape],
    classes: [classes, [mixedLogits.shape[0], 2]],
    sources: [inputs.sources, [mixedLogits.shape[0], 2]],
    lam: [inputs.lam, [mixedLogits.shape[0], 2]],
    cleanLogits: [cleanLogits, [cleanLogits.shape[0], mixedLogits.shape[1]]],
  };
  for (const [name, [got, wanted]] of Object.entries(expected)) {
    if (got.shape.join() !== wanted.join()) {
      throw invalidArgument('sumixTerms', name, `have shape [${wanted}]`, got.shape, { code: 'SHAPE' });
    }
  }
}
