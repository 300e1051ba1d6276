import { invalidArgument } from '@mix/core';
import type { ImageDataset } from './dataset.js';
import { labelAt } from './dataset-labels.js';

/**
 * Some samples of a data set, in the order given; keys, classes and annotations stay.
 *
 * @param dataset Borrowed; asked again for every sample.
 * @param indices Of its samples, each at most once.
 * @param name What the subset is called in messages.
 * @throws MixError `INVALID_ARGUMENT` for an index out of range, or given twice.
 */
export function subset(
  dataset: ImageDataset,
  indices: ArrayLike<number>,
  name = `${indices.length} of ${dataset.name}`,
): ImageDataset {
  const taken = Int32Array.from(indices);
  const wrong = Array.from(indices).find(
    (index) => !(Number.isInteger(index) && index >= 0 && index < dataset.size),
  );
  if (wrong !== undefined) {
    throw invalidArgument('subset', 'indices', `be integers from 0 to ${dataset.size - 1}`, wrong);
  }
  if (new Set(taken).size !== taken.length) {
    throw invalidArgument('subset', 'indices', 'hold no index twice', `${taken.length} indices`);
  }
  const { classes, imageShape, corrupt = [] } = dataset;
  const unusable = new Set(corrupt);
  const at = (index: number): number => {
    const found = taken[index];
    if (found === undefined) {
      throw invalidArgument('subset', 'index', `be an integer from 0 to ${taken.length - 1}`, index);
    }
    return found;
  };
  return {
    name,
    size: taken.length,
    classes,
    ...(imageShape && { imageShape }),
    corrupt: [...taken.keys()].filter((index) => unusable.has(at(index))),
    sample: (index) => dataset.sample(at(index)),
    label: (index) => labelAt(dataset, at(index)),
    ...(dataset.annotation && { annotation: (index) => dataset.annotation?.(at(index)) as never }),
  };
}
