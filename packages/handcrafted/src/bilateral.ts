import { checkChoice, fromMixer, type Method, softCrossEntropy, softmaxBce } from '@mix/core';
import { classTemperatures, type RowLoss, tempered } from './class-losses.js';
import { type MixupOptions, mixup } from './mixup.js';
import type { OwnPairsMode } from './mode.js';
import { acrossHalves } from './pairing.js';

/** Options of {@link bilateral}, besides those of `mixup`. */
export interface BilateralOptions extends Omit<MixupOptions, 'pairing' | 'fold' | 'mode'> {
  /** How draws are shared. @defaultValue 'batch' */
  readonly mode?: OwnPairsMode;
  /** Training images of each class, at least 1. */
  readonly counts: readonly number[];
  /** ε of the classes' temperatures, in `[0,1]`; 0 is none. @defaultValue 0.6 */
  readonly epsilon?: number;
  /** η of the classes' temperatures, above 0; published: 3 for CIFAR-10-LT, 7 for CIFAR-100-LT. @defaultValue 3 */
  readonly eta?: number;
  /** One-vs-all on softmax probabilities, summed over classes, or the cross-entropy. @defaultValue 'one-vs-all' */
  readonly loss?: 'one-vs-all' | 'ce';
}

/**
 * Bilateral mixup, DBN-Mix: mixes an image of the natural distribution with one of a re-balanced distribution, once with more of the
 * first for the conventional branch, once with more of the second for the re-balancing branch, and divides logits by the classes'
 * temperatures. Takes batches of two streams (`dualSource` of `@mix/data`, the second of `classSampler(labels, { exponent: 1 })`) and a
 * classifier made by `twoBranch`; another one learns both sides by its one head. The loss is the mean of both branches'.
 *
 * @returns A method without variables or state; metrics `lam` and `mixedAccuracy`.
 * @example
 * ```ts
 * const classifier = twoBranch(cifarResnet({ depth: 32, numClasses: 10, rng }), { embedding: 64, rng });
 * const method = bilateral({ counts });
 * ```
 * @see Baik et al., DBN-Mix, https://arxiv.org/abs/2207.02173
 */
export function bilateral({
  counts,
  epsilon = 0.6,
  eta = 3,
  loss = 'one-vs-all',
  ...draws
}: BilateralOptions): Method {
  checkChoice('bilateral', 'mode', draws.mode ?? 'batch', ['batch', 'elem']);
  checkChoice('bilateral', 'loss', loss, ['one-vs-all', 'ce']);
  const untempered: RowLoss =
    loss === 'ce'
      ? softCrossEntropy
      : (logits, targets) => softmaxBce(logits, targets, { overClasses: 'sum' });
  return fromMixer(mixup({ ...draws, fold: true, pairing: acrossHalves }), {
    name: 'bilateral',
    loss: tempered(untempered, classTemperatures(counts, { epsilon, eta })),
  });
}
