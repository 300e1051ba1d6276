import { checkInteger, checkRange, invalidArgument, type Rng } from '@mix/core';
import { classCounts } from './dataset-labels.js';

/**
 * Draws the samples of an epoch, by index and in order; the same index may come again.
 *
 * @param count Samples wanted.
 * @param rng A stream for this epoch alone.
 */
export type Sampler = (count: number, rng: Rng) => ArrayLike<number>;

/** Options of {@link classSampler}. */
export interface ClassSamplerOptions {
  /**
   * r: an image of class c weighs `n_c^−r`, so that the class's probability is in proportion to `n_c^(1−r)`. 0 draws images
   * alike, ½ classes by the square root of their size, 1 classes alike (balanced; CMO's), 2 rare ones most (reversed; BBN's).
   * @defaultValue 1
   */
  readonly exponent?: number;
}

/** The probability of each class under {@link classSampler}: in proportion to `n_c^(1−r)`, 0 for a class without images. */
export function classProbabilities(counts: readonly number[], exponent = 1): number[] {
  checkRange('classProbabilities', 'exponent', exponent, -Infinity, Infinity);
  const weights = counts.map((count) => (count > 0 ? count ** (1 - exponent) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && total < Infinity)) {
    throw invalidArgument('classProbabilities', 'counts', 'hold a class with images', counts);
  }
  return weights.map((weight) => weight / total);
}

/**
 * A sampler with replacement that draws a class by its probability, then one of the class's images uniformly.
 *
 * @param labels Class of every sample, from `datasetLabels`; those of unknown class (−1) are never drawn.
 *
 * @example
 * ```ts
 * const sampler = classSampler(datasetLabels(data), { exponent: 1 });
 * const loader = createLoader(data, { batchSize: 64, sampler });
 * ```
 */
export function classSampler(labels: ArrayLike<number>, { exponent = 1 }: ClassSamplerOptions = {}): Sampler {
  const numClasses = Array.from(labels).reduce((most, label) => Math.max(most, label + 1), 1);
  const members: number[][] = classCounts(labels, numClasses).map(() => []);
  for (let index = 0; index < labels.length; index++) members[labels[index] as number]?.push(index);
  const probabilities = classProbabilities(
    members.map((rows) => rows.length),
    exponent,
  );
  let sum = 0;
  const upTo = probabilities.map((probability) => {
    sum += probability;
    return sum;
  });
  return (count, rng) => {
    checkInteger('classSampler', 'count', count);
    return Int32Array.from({ length: count }, () => {
      const rows = members[firstAbove(upTo, rng.uniform(0, sum))] as number[];
      return rows[rng.integer(rows.length)] as number;
    });
  };
}

/**
 * Class weights by the effective number of samples, `(1 − β)/(1 − β^n_c)`, scaled to sum to K; 0 for a class without images.
 *
 * @param beta In `[0,1)`. @defaultValue 0.9999
 * @see Cui et al. 2019, https://arxiv.org/abs/1901.05555
 */
export function effectiveNumberWeights(counts: readonly number[], beta = 0.9999): number[] {
  if (!(beta >= 0 && beta < 1)) {
    throw invalidArgument('effectiveNumberWeights', 'beta', 'be at least 0 and below 1', beta);
  }
  const weights = counts.map((count) => (count > 0 ? (1 - beta) / -Math.expm1(count * Math.log(beta)) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? (weight * counts.length) / total : 0));
}

// Index of the first value above `wanted`; classes without images repeat the value before theirs, so they are never hit.
function firstAbove(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
