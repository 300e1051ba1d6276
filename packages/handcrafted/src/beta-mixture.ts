import { checkInteger, invalidArgument } from '@mix/core';
import { logGamma } from './internal/log-gamma.js';

/** Two Beta distributions over normalised losses: component 0 of clean labels, 1 of wrong ones. Plain JSON. */
export type BetaMixture = {
  /** Losses from `low` to `high` are what 0 to 1 means. */
  readonly low: number;
  /** See `low`. */
  readonly high: number;
  /** α of the two components. */
  readonly alphas: readonly [number, number];
  /** β of the two components. */
  readonly betas: readonly [number, number];
  /** Shares of the two components. */
  readonly weights: readonly [number, number];
};

type Pair = [number, number];
const LOOKUP = 100;

/**
 * Fits a mixture of two Beta distributions to losses by expectation maximisation with moments: those between the 5th and
 * 95th percentile, scaled to `(0,1)`. Small losses are taken for clean labels.
 *
 * Beyond the published code: variances are at least 1e-8, α and β stay within `[0.01, 10⁴]`, the components are swapped
 * if they end up the wrong way round. Where both percentiles are the same loss, the starting point is given,
 * on a scale up to the largest loss: its posterior is the scaled loss.
 *
 * @param losses Of at least 10 samples.
 * @param iterations Steps of EM; 0 gives the starting point. @defaultValue 10
 * @throws MixError `INVALID_ARGUMENT` for fewer losses, or one that is not finite.
 * @see Arazo et al. 2019, https://arxiv.org/abs/1904.11238
 */
export function fitBetaMixture(losses: ArrayLike<number>, iterations = 10): BetaMixture {
  checkInteger('fitBetaMixture', 'iterations', iterations);
  const list = checkLosses('fitBetaMixture', losses);
  const sorted = Float64Array.from(list).sort();
  const least = percentile(sorted, 0.05);
  const low = least + 1e-5;
  const most = percentile(sorted, 0.95);
  const start = { low, alphas: [1, 2], betas: [2, 1], weights: [0.5, 0.5] } as const;
  if (most <= low) return { ...start, high: Math.max(low, sorted.at(-1) as number) };
  const kept = list.filter((loss) => loss >= least && loss <= most);
  const scaled = kept.map((loss) => Math.min(1 - 1e-4, Math.max(1e-4, normalise(loss, low, most))));
  let mixture: BetaMixture = { ...start, high: most };
  for (let step = 0; step < iterations; step++) mixture = improve(mixture, scaled);
  const mean = (k: 0 | 1): number => mixture.alphas[k] / (mixture.alphas[k] + mixture.betas[k]);
  if (mean(1) >= mean(0)) return mixture;
  const swap = ([a, b]: readonly [number, number]): Pair => [b, a];
  const { alphas, betas, weights } = mixture;
  return { low, high: most, alphas: swap(alphas), betas: swap(betas), weights: swap(weights) };
}

/** The probability that a label is wrong, given a loss scaled to `(0,1)`: the posterior of component 1. */
export function betaPosterior(mixture: BetaMixture, scaled: number): number {
  const { weights } = mixture;
  const [clean, wrong] = densities(mixture, scaled);
  return (weights[1] * wrong) / (weights[0] * clean + weights[1] * wrong + 1e-12);
}

/**
 * The probability that each sample's label is wrong, in `[1e-4, 1 − 1e-4]`: {@link betaPosterior} by a table of 100 steps that
 * stays at its maximum beyond it, since a Beta's density falls off again for the largest losses.
 *
 * @param losses Any losses, those outside of the fitted range too.
 */
export function noiseProbabilities(mixture: BetaMixture, losses: ArrayLike<number>): number[] {
  const table = posteriorTable(mixture);
  return Array.from(losses, (loss) => {
    const index = Math.trunc(LOOKUP * normalise(loss, mixture.low, mixture.high));
    const found = table[Math.min(LOOKUP - 1, Math.max(0, index))] as number;
    return Math.min(1 - 1e-4, Math.max(1e-4, found));
  });
}

/** The table behind {@link noiseProbabilities}: the posterior at 100 even steps from 0 to 1, made monotone beyond its maximum. */
export function posteriorTable(mixture: BetaMixture): number[] {
  const first = 1e-12;
  const width = (1 - 2 * first) / (LOOKUP - 1);
  const table = Array.from({ length: LOOKUP }, (_, step) => betaPosterior(mixture, first + step * width));
  const top = table.reduce((best, value, index) => (value > (table[best] as number) ? index : best), 0);
  return table.map((value, index) => (index < top ? value : (table[top] as number)));
}

function improve(mixture: BetaMixture, scaled: readonly number[]): BetaMixture {
  const responsible = scaled.map((value): Pair => {
    const both = densities(mixture, value);
    const joint = both.map((density, k) => Math.max((mixture.weights[k] as number) * density, 1e-12)) as Pair;
    const total = joint[0] + joint[1];
    return [joint[0] / total, joint[1] / total];
  });
  const fits = ([0, 1] as const).map((k) => {
    let [total, sum] = [0, 0];
    scaled.forEach((value, index) => {
      const share = (responsible[index] as Pair)[k];
      total += share;
      sum += share * value;
    });
    const mean = sum / total;
    const spread = scaled.reduce(
      (s, value, index) => s + (responsible[index] as Pair)[k] * (value - mean) ** 2,
      0,
    );
    const alpha = mean * ((mean * (1 - mean)) / Math.max(1e-8, spread / total) - 1);
    const beta = (alpha * (1 - mean)) / mean;
    return { total, alpha: within(alpha, mixture.alphas[k]), beta: within(beta, mixture.betas[k]) };
  });
  const [clean, wrong] = fits as [(typeof fits)[number], (typeof fits)[number]];
  const all = clean.total + wrong.total;
  return {
    ...mixture,
    alphas: [clean.alpha, wrong.alpha],
    betas: [clean.beta, wrong.beta],
    weights: [clean.total / all, wrong.total / all],
  };
}

function densities({ alphas, betas }: BetaMixture, value: number): Pair {
  const density = (k: 0 | 1): number => {
    const [a, b] = [alphas[k], betas[k]];
    const scale = logGamma(a + b) - logGamma(a) - logGamma(b);
    return Math.exp(scale + (a - 1) * Math.log(value) + (b - 1) * Math.log1p(-value));
  };
  return [density(0), density(1)];
}

function within(value: number, previous: number): number {
  return Number.isFinite(value) ? Math.min(1e4, Math.max(1e-2, value)) : previous;
}

function normalise(loss: number, low: number, high: number): number {
  const scaled = (loss - low) / (high - low + 1e-6);
  if (scaled >= 1) return 1 - 1e-3;
  return scaled <= 0 ? 1e-3 : scaled;
}

function percentile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const [a, b] = [sorted[below] as number, sorted[Math.ceil(place)] as number];
  return a + (b - a) * (place - below);
}

/** The losses as a list; throws unless they are enough, and finite. */
export function checkLosses(where: string, losses: ArrayLike<number>): number[] {
  const list = Array.from(losses);
  if (list.length < 10)
    throw invalidArgument(where, 'losses', 'be those of 10 samples at least', list.length);
  const wrong = list.find((loss) => !Number.isFinite(loss));
  if (wrong !== undefined) {
    throw invalidArgument(where, 'losses', 'be finite', wrong, { code: 'NOT_FINITE' });
  }
  return list;
}
