import { availableParallelism } from 'node:os';
import type { Rng } from '@mix/core';
import { createLoader, type ImageDataset, type Loader, type LoaderOptions } from '@mix/data';
import type { DataConfig } from '../config/config-schema.js';
import type { OpenedData } from './open-data.js';

// Both splits together; beyond it, decoding again costs less than a machine that swaps.
const cacheLimit = 512 * 2 ** 20;

/** Loaders of both splits: the training one shuffles. The caller closes them. */
export function createLoaders(
  { train, test }: OpenedData,
  data: DataConfig,
  batchSize: number,
  rng: Rng,
): { readonly train: Loader; readonly test: Loader } {
  const options = { ...loaderOptions(data), cache: data.cache ?? fitsInMemory([train, test], data) };
  return {
    train: createLoader(train, { ...options, batchSize, shuffle: true, rng }),
    // Evaluation keeps nothing for a backward pass, so larger batches cost no memory to speak of.
    test: createLoader(test, { ...options, batchSize: Math.max(batchSize, 250) }),
  };
}

/** What the section `data` says about loading. */
export function loaderOptions({
  imageSize,
  onCorrupt,
  maxCorrupt,
  workers,
}: DataConfig): Omit<LoaderOptions, 'batchSize'> {
  return {
    onCorrupt,
    workers: workers ?? Math.max(1, Math.min(8, availableParallelism() - 1)),
    ...(imageSize !== undefined && { imageSize }),
    ...(maxCorrupt !== undefined && { maxCorrupt }),
  };
}

function fitsInMemory(datasets: readonly ImageDataset[], { imageSize }: DataConfig): boolean {
  const bytes = datasets.map(({ size, imageShape: [height, width] = [224, 224, 3] }) => {
    return size * 3 * (imageSize === undefined ? height * width : imageSize ** 2);
  });
  return bytes.reduce((sum, one) => sum + one, 0) <= cacheLimit;
}
