import type { ImageDataset } from '@mix/data';

/**
 * The first `limit` samples of a data set; where samples are sorted by class, as many spread evenly over it instead.
 *
 * @param sorted Whether samples come class by class.
 */
export function limitDataset(
  dataset: ImageDataset,
  limit: number | undefined,
  sorted: boolean,
): ImageDataset {
  if (limit === undefined || limit >= dataset.size) return dataset;
  const source = (index: number): number => (sorted ? Math.floor((index * dataset.size) / limit) : index);
  const { annotation, corrupt = [] } = dataset;
  const taken = new Map(Array.from({ length: limit }, (_, index) => [source(index), index]));
  return {
    ...dataset,
    size: limit,
    corrupt: corrupt.flatMap((index) => taken.get(index) ?? []),
    sample: (index) => dataset.sample(source(index)),
    ...(annotation && { annotation: (index: number) => annotation.call(dataset, source(index)) }),
  };
}
