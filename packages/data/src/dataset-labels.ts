import { checkInteger, invalidArgument } from '@mix/core';
import type { ImageDataset } from './dataset.js';

/** The class of every sample, −1 where it is unknown. Reads no image, but asks data sets without `label` for each sample. */
export function datasetLabels(dataset: ImageDataset): Int32Array {
  return Int32Array.from({ length: dataset.size }, (_, index) => labelAt(dataset, index));
}

/** The class of one sample, without its image where the data set knows it so. */
export function labelAt(dataset: ImageDataset, index: number): number {
  return dataset.label?.(index) ?? dataset.sample(index).label;
}

/** Samples of each class; those of unknown class (−1) count nowhere. */
export function classCounts(labels: ArrayLike<number>, numClasses: number): number[] {
  checkInteger('classCounts', 'numClasses', numClasses, 1);
  const counts = Array.from({ length: numClasses }, () => 0);
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index] as number;
    if (label === -1) continue;
    const count = counts[label];
    if (count === undefined) {
      throw invalidArgument('classCounts', 'labels', `be from 0 to ${numClasses - 1}, or -1`, label);
    }
    counts[label] = count + 1;
  }
  return counts;
}
