import { availableParallelism } from 'node:os';
import { checkChoice, checkInteger, createRng, invalidArgument } from '@mix/core';
import type { ImageDataset } from '../dataset.js';
import type { LoaderOptions } from '../loader-options.js';
import { checkAugment } from './check-augment.js';
import { corruptError } from './corrupt-errors.js';

/** Checks the options of `createLoader` against its data set, and fills in the defaults. */
export function checkLoaderOptions(dataset: ImageDataset, options: LoaderOptions) {
  const {
    batchSize,
    rng = createRng(0),
    shuffle = false,
    sampler,
    dropLast = false,
    prefetch = 4,
    workers = Math.min(8, Math.max(1, availableParallelism() - 1)),
    imageSize,
    cropShare = 1,
    cache = false,
    augment,
    onCorrupt = 'error',
    maxCorrupt = Math.ceil(dataset.size / 100),
  } = options;
  const where = 'createLoader';
  checkInteger(where, 'dataset.size', dataset.size, 1);
  checkInteger(where, 'batchSize', batchSize, 1);
  checkInteger(where, 'prefetch', prefetch);
  checkInteger(where, 'workers', workers);
  checkInteger(where, 'maxCorrupt', maxCorrupt);
  checkChoice(where, 'onCorrupt', onCorrupt, ['error', 'skip', 'replace']);
  if (shuffle && sampler !== undefined) {
    throw invalidArgument(where, 'shuffle', 'be false where a sampler draws the order', shuffle);
  }
  if (dropLast && batchSize > dataset.size) {
    throw invalidArgument(where, 'batchSize', `be at most ${dataset.size} where dropLast is true`, batchSize);
  }
  const known = dataset.corrupt?.[0];
  if (onCorrupt === 'error' && known !== undefined) {
    const { key, image } = dataset.sample(known);
    if (image.kind === 'corrupt')
      throw corruptError({ index: known, key, path: image.path, reason: image.reason });
  }
  const shape = imageSize === undefined ? dataset.imageShape : scaledShape(imageSize);
  if (shape === undefined) {
    throw invalidArgument(where, 'imageSize', `be given, for ${dataset.name} names no image size`, imageSize);
  }
  if (!(cropShare > 0 && cropShare <= 1)) {
    throw invalidArgument(where, 'cropShare', 'be above 0 and at most 1', cropShare);
  }
  if (cropShare < 1 && (imageSize === undefined || augment?.resizedCrop !== undefined)) {
    throw invalidArgument(where, 'cropShare', 'come with imageSize, and without resizedCrop', cropShare);
  }
  if (augment !== undefined) {
    checkAugment(augment, shape);
    if (cache)
      throw invalidArgument(where, 'cache', 'be false with augment, where no image comes twice', cache);
  }
  return {
    batchSize,
    rng,
    shuffle,
    sampler,
    dropLast,
    // What is in memory already gains nothing from being copied early.
    prefetch: dataset.sample(0).image.kind === 'pixels' && augment === undefined ? 0 : prefetch,
    workers,
    cache,
    augment,
    onCorrupt,
    maxCorrupt,
    shape,
    resize: imageSize !== undefined,
    cropShare,
  };
}

function scaledShape(imageSize: number | readonly [number, number]): readonly [number, number, number] {
  const [height, width] = typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize;
  checkInteger('createLoader', 'imageSize', height, 1);
  checkInteger('createLoader', 'imageSize', width, 1);
  return [height, width, 3];
}
