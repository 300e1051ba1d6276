import { checkInteger } from '@mix/core';
import { checkLosses } from './beta-mixture.js';

/** Two normal distributions over losses scaled to `[0,1]`: component 0 begins at the smallest loss. Plain JSON. */
export type GaussianMixture = {
  /** Losses from `low` to `high` are what 0 to 1 means. */
  readonly low: number;
  /** See `low`. */
  readonly high: number;
  /** Means. */
  readonly means: readonly [number, number];
  /** Variances. */
  readonly variances: readonly [number, number];
  /** Shares. */
  readonly weights: readonly [number, number];
};

type Pair = [number, number];

/**
 * Fits a mixture of two normal distributions to losses by expectation maximisation, as DivideMix does. Starts at the smallest
 * and the largest loss with the variance of all, and adds 5e-4 to each variance.
 *
 * @param losses Of at least 10 samples.
 * @param iterations Steps of EM; 0 gives the starting point. @defaultValue 10
 * @throws MixError `INVALID_ARGUMENT` for fewer losses, or `NOT_FINITE`.
 * @see Li et al. 2020, https://arxiv.org/abs/2002.07394; the starting point is ours
 */
export function fitGaussianMixture(losses: ArrayLike<number>, iterations = 10): GaussianMixture {
  checkInteger('fitGaussianMixture', 'iterations', iterations);
  const list = checkLosses('fitGaussianMixture', losses);
  const low = list.reduce((least, loss) => Math.min(least, loss), Infinity);
  const high = list.reduce((most, loss) => Math.max(most, loss), -Infinity);
  const scaled = list.map((loss) => normalise(loss, low, high));
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled.length;
  const spread: Pair = [Math.max(variance, 5e-4), Math.max(variance, 5e-4)];
  let mixture: GaussianMixture = { low, high, means: [0, 1], variances: spread, weights: [0.5, 0.5] };
  for (let step = 0; step < iterations; step++) mixture = improve(mixture, scaled);
  return mixture;
}

/** The probability that each sample's label is right: the posterior of the component of the smaller mean. */
export function cleanProbabilities(mixture: GaussianMixture, losses: ArrayLike<number>): number[] {
  const { means, low, high } = mixture;
  const clean = means[0] <= means[1] ? 0 : 1;
  return Array.from(losses, (loss) => posterior(mixture, normalise(loss, low, high))[clean]);
}

function improve(mixture: GaussianMixture, scaled: readonly number[]): GaussianMixture {
  const responsible = scaled.map((value) => posterior(mixture, value));
  const fits = ([0, 1] as const).map((k) => {
    const share = (index: number): number => (responsible[index] as Pair)[k];
    const total = Math.max(
      1e-12,
      scaled.reduce((sum, _, index) => sum + share(index), 0),
    );
    const mean = scaled.reduce((sum, value, index) => sum + share(index) * value, 0) / total;
    const variance =
      scaled.reduce((sum, value, index) => sum + share(index) * (value - mean) ** 2, 0) / total;
    return { mean, variance: variance + 5e-4, weight: total / scaled.length };
  });
  const [a, b] = fits as [(typeof fits)[number], (typeof fits)[number]];
  return {
    ...mixture,
    means: [a.mean, b.mean],
    variances: [a.variance, b.variance],
    weights: [a.weight, b.weight],
  };
}

// In logarithms, so that a value far from both means still belongs to the nearer one.
function posterior({ means, variances, weights }: GaussianMixture, value: number): Pair {
  const log = (k: 0 | 1): number =>
    Math.log(weights[k]) - 0.5 * Math.log(variances[k]) - (value - means[k]) ** 2 / (2 * variances[k]);
  const first = 1 / (1 + Math.exp(log(1) - log(0)));
  return [first, 1 - first];
}

function normalise(loss: number, low: number, high: number): number {
  return high > low ? (loss - low) / (high - low) : 0;
}
