import { checkChoice, checkPositive, invalidArgument } from '@mix/core';
import type { LabelPairing } from './label-pairing.js';

/** A number for every pair of classes, `[K][K]`. */
export type ClassMatrix = readonly (readonly number[])[];

/** How {@link classDistances} measures: √Σ(p − q)², 1 − cosine, or Jensen-Shannon's divergence in nats. */
export type ClassMetric = 'euclidean' | 'cosine' | 'js';

/**
 * How far classes are from each other in the model's opinion. Host work of `K³/2` steps: once an epoch, not once a batch.
 *
 * @param means Mean predicted probabilities of each class, by row; see `updateClassMeans`.
 * @returns Symmetric, 0 on the diagonal.
 * @see Fujii et al. 2022, https://arxiv.org/abs/2209.05122. The formulas are ours: only the idea was at hand.
 */
export function classDistances(means: ClassMatrix, metric: ClassMetric = 'euclidean'): ClassMatrix {
  checkChoice('classDistances', 'metric', metric, ['euclidean', 'cosine', 'js']);
  const measure = { euclidean, cosine, js }[metric];
  const distances = means.map((row) => row.map(() => 0));
  means.forEach((a, row) => {
    for (let column = 0; column < row; column++) {
      const distance = measure(a, means[column] as readonly number[]);
      (distances[row] as number[])[column] = distance;
      (distances[column] as number[])[row] = distance;
    }
  });
  return distances;
}

/** Options of {@link partnerProbabilities}. */
export interface PartnerOptions {
  /** Prefer close classes (hard pairs) or distant ones. @defaultValue 'near' */
  readonly towards?: 'near' | 'far';
  /** T, above 0, in units of the distance: `Infinity` takes all other classes alike. @defaultValue 0.2 */
  readonly temperature?: number;
  /** Only so many of the closest classes (of the most distant, for `far`), at least 1. @defaultValue all */
  readonly nearest?: number;
  /** Factor of each class, such as `n_k^−r` for long-tailed data; not negative. @defaultValue all 1 */
  readonly factors?: readonly number[];
}

/**
 * The probability that a sample of class c is mixed with one of class k: in proportion to `factor_k · exp(∓D[c,k] / T)`, and
 * 0 for its own class.
 *
 * @param distances From {@link classDistances}.
 * @returns Rows that sum to 1; all 0 where no class qualifies.
 */
export function partnerProbabilities(
  distances: ClassMatrix,
  { towards = 'near', temperature = 0.2, nearest = distances.length, factors }: PartnerOptions = {},
): ClassMatrix {
  const where = 'partnerProbabilities';
  checkChoice(where, 'towards', towards, ['near', 'far']);
  if (temperature !== Infinity) checkPositive(where, 'temperature', temperature);
  if (!(nearest >= 1)) throw invalidArgument(where, 'nearest', 'be at least 1', nearest);
  if (factors !== undefined && (factors.length !== distances.length || !factors.every((f) => f >= 0))) {
    throw invalidArgument(where, 'factors', `be ${distances.length} numbers, none negative`, factors);
  }
  const sign = towards === 'near' ? -1 : 1;
  return distances.map((row, own) => {
    const closest = row.flatMap((_, other) => (other === own ? [] : [other]));
    closest.sort((a, b) => sign * ((row[b] as number) - (row[a] as number)) || a - b);
    const taken = closest.slice(0, nearest);
    // Taken from the best one's, so that the largest exponent is 0 whatever the temperature.
    const best = row[taken[0] ?? own] as number;
    const weights = row.map(() => 0);
    for (const other of taken) {
      const exponent = (sign * ((row[other] as number) - best)) / temperature;
      weights[other] = (factors?.[other] ?? 1) * Math.exp(exponent);
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return total > 0 ? weights.map((weight) => weight / total) : weights;
  });
}

/**
 * Pairs by {@link partnerProbabilities}: a row of class c takes partner j with probability in proportion to
 * `P[c, y_j] / (rows of class y_j)`. A row for which the batch holds no candidate takes its partner in a uniform permutation.
 *
 * @param current Gives the probabilities at each batch, so that they may change as the model learns.
 */
export function byClassDistance(current: () => ClassMatrix): LabelPairing {
  return (classes, rng) => {
    const probabilities = current();
    const list = Array.from(classes);
    const counts = new Map<number, number>();
    for (const own of list) counts.set(own, (counts.get(own) ?? 0) + 1);
    const rows = list.map((_, row) => row);
    const fallback = rng.fork('fallback').permutation(list.length);
    const weightsOf = new Map(
      [...counts.keys()].map((own) => {
        const chances = probabilities[own];
        if (chances === undefined) {
          throw invalidArgument(
            'byClassDistance',
            'current()',
            `have a row for class ${own}`,
            probabilities.length,
          );
        }
        return [own, list.map((other) => (chances[other] ?? 0) / (counts.get(other) as number))];
      }),
    );
    return list.map((own, row) => {
      const weights = weightsOf.get(own) as number[];
      return weights.some((weight) => weight > 0) ? rng.choice(rows, weights) : (fallback[row] as number);
    });
  };
}

function euclidean(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - (b[index] as number)) ** 2, 0));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] as number), 0);
  return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function js(a: readonly number[], b: readonly number[]): number {
  const towardsMiddle = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, index) => {
      const middle = (value + (y[index] as number)) / 2;
      return value > 0 ? sum + value * Math.log(value / middle) : sum;
    }, 0);
  return (towardsMiddle(a, b) + towardsMiddle(b, a)) / 2;
}
