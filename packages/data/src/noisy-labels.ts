import { checkChoice, checkRange, createRng, invalidArgument, type Rng } from '@mix/core';
import type { ImageDataset } from './dataset.js';
import { datasetLabels } from './dataset-labels.js';

/** Options of {@link noisyLabels}. */
export interface NoisyLabelsOptions {
  /** Share of the labels that is redrawn, in `[0,1]`. */
  readonly rate: number;
  /**
   * `symmetric`: any class, its own included, so that `rate·(K−1)/K` of the labels end up wrong; `exclusive`: any other class;
   * or, for asymmetric noise, the class that each class is taken for (its own: never changed). @defaultValue 'symmetric'
   */
  readonly noise?: 'symmetric' | 'exclusive' | readonly number[];
  /** Where the draws come from: forked by sample, so it draws nothing from it. @defaultValue `createRng(0)` */
  readonly rng?: Rng;
}

/** What {@link noisyLabels} gives: a data set that knows its true labels. */
export interface NoisyDataset extends ImageDataset {
  /** The labels before the noise, for measurements; −1 where unknown. */
  readonly cleanLabels: Int32Array;
}

/**
 * Gives a data set wrong labels: each is redrawn with probability `rate`. Sample i's draw depends on the seed and i alone.
 * Labels of unknown class (−1) stay.
 */
export function noisyLabels(
  dataset: ImageDataset,
  { rate, noise = 'symmetric', rng = createRng(0) }: NoisyLabelsOptions,
): NoisyDataset {
  checkRange('noisyLabels', 'rate', rate, 0, 1);
  const numClasses = dataset.classes.length;
  if (typeof noise === 'string') checkChoice('noisyLabels', 'noise', noise, ['symmetric', 'exclusive']);
  else if (noise.length !== numClasses || noise.some((own) => dataset.classes[own] === undefined)) {
    throw invalidArgument('noisyLabels', 'noise', `name a class for each of ${numClasses}`, noise);
  }
  if (noise === 'exclusive' && numClasses < 2) {
    throw invalidArgument('noisyLabels', 'dataset', 'have two classes at least', numClasses);
  }
  const cleanLabels = datasetLabels(dataset);
  const labels = cleanLabels.map((own, index) => {
    if (own < 0) return own;
    const stream = rng.fork('label-noise', index);
    if (!(stream.uniform() < rate)) return own;
    if (noise === 'symmetric') return stream.integer(numClasses);
    if (noise === 'exclusive') return (own + 1 + stream.integer(numClasses - 1)) % numClasses;
    return noise[own] as number;
  });
  return {
    ...dataset,
    name: `${dataset.name} (label noise ${rate})`,
    cleanLabels,
    sample: (index) => ({ ...dataset.sample(index), label: labels[index] as number }),
    label: (index) => labels[index] as number,
    ...(dataset.annotation && { annotation: (index) => dataset.annotation?.(index) as never }),
  };
}
