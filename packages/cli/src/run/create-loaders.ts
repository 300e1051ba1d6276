import { availableParallelism } from 'node:os';
import type { BatchSource, Rng } from '@mix/core';
import { createLoader, dualSource, type ImageDataset, type Loader, type LoaderOptions } from '@mix/data';
import type { Config, DataConfig } from '../config/config-schema.js';
import { factoryOf } from '../factories/factory-of.js';
import { mixers } from '../factories/mixers.js';
import { createSampler } from '../factories/samplers.js';
import { hostAugmentation } from './augmentation.js';
import type { OpenedData } from './open-data.js';

// Both splits together; beyond it, decoding again costs less than a machine that swaps.
const cacheLimit = 512 * 2 ** 20;

/** The batches of a run. */
export interface Loaders {
  /** Shuffled or drawn; of two streams where the mixer wants them. */
  readonly train: BatchSource;
  readonly test: BatchSource;
  /** Samples that were found unusable so far. */
  corrupt(): number;
  /** Ends the decoding threads. */
  close(): Promise<void>;
}

/** Loaders of both splits. The caller closes them. */
export function createLoaders(
  { train, test }: OpenedData,
  { data, method, train: settings }: Pick<Config, 'data' | 'method' | 'train'>,
  rng: Rng,
): Loaders {
  const { batchSize } = settings;
  const augment = hostAugmentation(settings);
  // Each of two streams keeps its own.
  const streams = factoryOf(mixers, method.mixer).secondSampler === undefined ? [train] : [train, train];
  const kept = augment === undefined ? [...streams, test] : [test];
  const options = { ...loaderOptions(data), cache: data.cache ?? fitsInMemory(kept, data) };
  const training = createTrainingSource(
    train,
    { data, method },
    { ...options, batchSize, rng, ...(augment && { augment, cache: false }) },
  );
  // Evaluation keeps nothing for a backward pass, so larger batches cost no memory to speak of.
  const evaluating = createLoader(test, {
    ...options,
    ...testLoaderOptions(data),
    batchSize: Math.max(batchSize, 250),
  });
  const loaders = [...training.loaders, evaluating];
  return {
    train: training.source,
    test: evaluating,
    // Streams of one data set meet the same ones.
    corrupt: () => (training.loaders[0]?.corrupt().length ?? 0) + evaluating.corrupt().length,
    async close() {
      await Promise.all(loaders.map((loader) => loader.close()));
    },
  };
}

/** Training batches, and the loaders they come from. */
export function createTrainingSource(
  dataset: ImageDataset,
  { data, method }: Pick<Config, 'data' | 'method'>,
  options: LoaderOptions & { readonly rng: Rng },
): { readonly source: BatchSource; readonly loaders: readonly Loader[] } {
  const order =
    data.sampler === 'shuffle' ? { shuffle: true } : { sampler: createSampler(data.sampler, dataset) };
  const first = createLoader(dataset, { ...options, ...order });
  const secondSampler = factoryOf(mixers, method.mixer).secondSampler?.(method);
  if (secondSampler === undefined) return { source: first, loaders: [first] };
  const second = createLoader(dataset, {
    ...options,
    sampler: createSampler(secondSampler, dataset),
    dropLast: true,
    // Its batches give as many rows as the first one's, so none is left out.
    onCorrupt: options.onCorrupt === 'skip' ? 'replace' : (options.onCorrupt ?? 'error'),
    rng: options.rng.fork('second'),
  });
  return { source: dualSource(first, second), loaders: [first, second] };
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

/** The same for test images. */
export function testLoaderOptions(data: DataConfig): Omit<LoaderOptions, 'batchSize'> {
  return { ...loaderOptions(data), cropShare: data.testCropShare };
}

function fitsInMemory(datasets: readonly ImageDataset[], { imageSize }: DataConfig): boolean {
  const bytes = datasets.map(({ size, imageShape: [height, width] = [224, 224, 3] }) => {
    return size * 3 * (imageSize === undefined ? height * width : imageSize ** 2);
  });
  return bytes.reduce((sum, one) => sum + one, 0) <= cacheLimit;
}
