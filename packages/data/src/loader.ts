import { type BatchSource, checkInteger, type HostBatch, invalidArgument } from '@mix/core';
import type { ImageDataset } from './dataset.js';
import { type Assembled, assembleBatch } from './internal/assemble-batch.js';
import { ceilingError, corruptError } from './internal/corrupt-errors.js';
import { decodeImages } from './internal/decode-images.js';
import { createDecodePool, type DecodePool } from './internal/decode-pool.js';
import { checkLoaderOptions } from './internal/loader-settings.js';
import { createEncodedReader } from './internal/read-encoded.js';
import { cachedRowReader, createRowReader } from './internal/row-reader.js';
import type { CorruptSample, LoaderOptions } from './loader-options.js';
import { workerUrl } from './worker-url.js';

/** A `BatchSource` over an {@link ImageDataset}. */
export interface Loader extends BatchSource {
  /** The corrupt samples met so far, each once, in the order in which batches met them. */
  corrupt(): readonly CorruptSample[];
  /** Ends the decoding threads and closes the shards, also while batches are under way; the loader is of no use afterwards. May be called again. */
  close(): Promise<void>;
}

/**
 * Makes batches of a data set: shuffled by a seed, decoded in worker threads, some batches ahead of their use.
 *
 * Batch `b` of epoch `e` is a function of the data, `rng` and the options alone: `batches(e, b)` gives exactly what an
 * uninterrupted epoch gives from there on. Threads start with the first batch that needs them and hold the process only
 * while they decode, so that leaving the loop early, or not calling `close`, keeps nothing alive. Without threads, shards
 * stay open until `close`.
 * Grayscale becomes RGB, an alpha channel is dropped, and EXIF orientation is ignored.
 *
 * @param dataset Where the samples come from; borrowed.
 * @returns A loader whose batches are fresh arrays that belong to the caller.
 * @throws MixError `INVALID_ARGUMENT`; and from `batches`: `CORRUPT_DATA` by the policy `onCorrupt`, `SHAPE` for an image
 * of another size where `imageSize` is not given, `BACKEND` when a thread dies.
 *
 * @example
 * ```ts
 * const loader = createLoader(drawnShapes(), { batchSize: 64, shuffle: true, rng: createRng(1) });
 * for await (const { images, labels, shape } of loader.batches(0)) {
 *   console.log(shape, images.length, labels[0]);
 * }
 * ```
 */
export function createLoader(dataset: ImageDataset, options: LoaderOptions): Loader {
  const {
    batchSize,
    shuffle,
    sampler,
    dropLast,
    prefetch,
    workers,
    cache,
    augment,
    onCorrupt,
    maxCorrupt,
    rng,
    shape,
    resize,
    cropShare,
  } = checkLoaderOptions(dataset, options);
  const target = { height: shape[0], width: shape[1], resize, cropShare, ...(augment && { augment }) };
  let pool: DecodePool | undefined;
  const reader = createEncodedReader();
  let closed = false;
  const read = createRowReader(dataset, shape, { resize, cropShare }, (tasks) => {
    if (workers === 0) return decodeImages(tasks, target, reader);
    pool ??= createDecodePool(workers, target, workerUrl);
    return pool.decode(tasks);
  });
  const rows = cache ? cachedRowReader(read, dataset.size) : read;
  const numBatches = dropLast ? Math.floor(dataset.size / batchSize) : Math.ceil(dataset.size / batchSize);
  const corrupt = new Map<number, CorruptSample>();

  const admit = ({ batch, corrupt: found }: Assembled): HostBatch => {
    for (const sample of found) {
      corrupt.set(sample.index, sample);
      if (onCorrupt === 'error') throw corruptError(sample);
      if (corrupt.size > maxCorrupt) throw ceilingError(dataset.name, [...corrupt.values()], maxCorrupt);
    }
    return batch;
  };

  const sampled = (epoch: number): ArrayLike<number> | undefined => {
    const drawn = sampler?.(dataset.size, rng.fork('sampler', epoch));
    const wrong =
      drawn &&
      Array.from(drawn).find((index) => !(Number.isInteger(index) && index >= 0 && index < dataset.size));
    if (drawn !== undefined && (drawn.length !== dataset.size || wrong !== undefined)) {
      const rule = `give ${dataset.size} indices from 0 to ${dataset.size - 1}`;
      throw invalidArgument('createLoader', 'sampler', rule, wrong ?? drawn.length);
    }
    return drawn;
  };

  async function* batches(epoch: number, from = 0): AsyncGenerator<HostBatch, void, undefined> {
    checkInteger('Loader.batches', 'epoch', epoch);
    checkInteger('Loader.batches', 'from', from);
    if (from > numBatches) throw invalidArgument('Loader.batches', 'from', `be at most ${numBatches}`, from);
    if (closed) throw invalidArgument('Loader.batches', 'the loader', 'not be closed', 'a closed loader');
    const order = shuffle ? rng.fork('shuffle', epoch).permutation(dataset.size) : sampled(epoch);
    const draws = augment && rng.fork('augment', epoch);
    const start = (batch: number): Promise<Assembled> => {
      const first = batch * batchSize;
      const count = Math.min(batchSize, dataset.size - first);
      const requests = Array.from({ length: count }, (_, row) => ({
        index: order?.[first + row] ?? first + row,
        ...(draws && { rng: draws.fork(first + row).state() }),
      }));
      const assembled = assembleBatch(rows, requests, shape, {
        dataset,
        policy: onCorrupt,
        ceiling: maxCorrupt,
      });
      // Whoever awaits it gets the error; until then, or if nobody does, it is not an unhandled one.
      assembled.catch(() => {});
      return assembled;
    };
    const ahead: Promise<Assembled>[] = [];
    for (let batch = from, next = from; batch < numBatches; batch++) {
      while (next < numBatches && next <= batch + prefetch) ahead.push(start(next++));
      yield admit(await (ahead.shift() as Promise<Assembled>));
    }
  }

  return {
    numSamples: dropLast ? numBatches * batchSize : dataset.size,
    numBatches,
    batchSize,
    numClasses: dataset.classes.length,
    imageShape: shape,
    batches,
    corrupt: () => [...corrupt.values()],
    async close() {
      closed = true;
      reader.close();
      await pool?.close();
    },
  };
}
