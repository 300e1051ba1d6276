import { checkChoice, checkInteger, createRng, invalidArgument, type Rng } from '@mix/core';
import type { ImageDataset } from './dataset.js';
import { classCounts, datasetLabels } from './dataset-labels.js';
import { subset } from './subset.js';

/** What the number of images of class c is: `trunc(max · factor^(c/(K−1)))`, or `max` in the first half and `trunc(max · factor)` after. */
export type LongTailProfile = 'exponential' | 'step';

/** Options of {@link longTailCounts}. */
export interface LongTailCountsOptions {
  /** Images of class 0, at least 1. */
  readonly max: number;
  /** Number of classes K. */
  readonly numClasses: number;
  /** ρ in `(0,1]`: the rarest class has that share of the images of the most frequent one; 0.01 is usual. */
  readonly factor: number;
  /** @defaultValue 'exponential' */
  readonly profile?: LongTailProfile;
}

/** Images of each class in a long-tailed data set, in falling order. */
export function longTailCounts({
  max,
  numClasses,
  factor,
  profile = 'exponential',
}: LongTailCountsOptions): number[] {
  checkInteger('longTailCounts', 'max', max, 1);
  checkInteger('longTailCounts', 'numClasses', numClasses, 1);
  checkChoice('longTailCounts', 'profile', profile, ['exponential', 'step']);
  if (!(factor > 0 && factor <= 1)) {
    throw invalidArgument('longTailCounts', 'factor', 'be above 0 and at most 1', factor);
  }
  return Array.from({ length: numClasses }, (_, own) => {
    if (profile === 'step') return own < numClasses / 2 ? max : Math.trunc(max * factor);
    return Math.trunc(max * factor ** (own / Math.max(1, numClasses - 1)));
  });
}

/** Options of {@link longTail}. */
export interface LongTailOptions extends Pick<LongTailCountsOptions, 'factor' | 'profile'> {
  /** Images of class 0. @defaultValue as many as the smallest class of the data set has */
  readonly max?: number;
  /** Where the choice of images comes from: forked, so it draws nothing from it. @defaultValue `createRng(0)` */
  readonly rng?: Rng;
}

/**
 * Makes a data set long-tailed: keeps `longTailCounts` images of each class, chosen by a seeded shuffle within the class and
 * in the data set's order. Samples of unknown class are left out.
 *
 * @throws MixError `INVALID_ARGUMENT` if a class has too few images, or would keep none.
 *
 * @example
 * ```ts
 * const train = longTail(readCifar10('cifar-10-batches-bin'), { factor: 0.01 });
 * ```
 */
export function longTail(
  dataset: ImageDataset,
  { factor, profile = 'exponential', max, rng = createRng(0) }: LongTailOptions,
): ImageDataset {
  const labels = datasetLabels(dataset);
  const numClasses = dataset.classes.length;
  const held = classCounts(labels, numClasses);
  const most = max ?? Math.min(...held);
  if (most < 1) throw invalidArgument('longTail', 'dataset', 'have an image of every class', held);
  const counts = longTailCounts({ max: most, numClasses, factor, profile });
  counts.forEach((count, own) => {
    const have = held[own] as number;
    if (count >= 1 && count <= have) return;
    const rule = `leave class '${dataset.classes[own]}' between 1 and the ${have} images it has`;
    throw invalidArgument('longTail', 'max and factor', rule, count);
  });
  const kept = counts.flatMap((count, own) => {
    const rows = [...labels.keys()].filter((index) => labels[index] === own);
    const order = rng.fork('long-tail', own).permutation(rows.length);
    return order.slice(0, count).map((position) => rows[position] as number);
  });
  return subset(
    dataset,
    kept.sort((a, b) => a - b),
    `${dataset.name} (${profile} tail, factor ${factor})`,
  );
}
