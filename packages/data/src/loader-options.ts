import type { Rng } from '@mix/core';
import type { AugmentOptions } from './augment-options.js';
import type { Sampler } from './class-sampler.js';

/** What to do about a sample that is unusable: no image, one that cannot be decoded, or no right label. */
export type CorruptPolicy = 'error' | 'skip' | 'replace';

/** Options of `createLoader`. */
export interface LoaderOptions {
  /** Rows in a full batch, ≥ 1. */
  readonly batchSize: number;
  /** Where the shuffles come from: epoch `e` uses `rng.fork('shuffle', e)` and draws nothing from `rng` itself. @defaultValue `createRng(0)` */
  readonly rng?: Rng;
  /** Whether each epoch has its own order; otherwise samples come in the data set's order. @defaultValue false */
  readonly shuffle?: boolean;
  /**
   * Draws the samples of each epoch in place of a shuffle: `sampler(size, rng.fork('sampler', e))`, as many as the data set has;
   * see `classSampler`. @defaultValue none
   */
  readonly sampler?: Sampler;
  /** Whether a last batch with fewer than `batchSize` rows is left out. @defaultValue false */
  readonly dropLast?: boolean;
  /** Batches decoded ahead of the one being used, ≥ 0. @defaultValue 4 */
  readonly prefetch?: number;
  /** Threads that decode; 0 decodes on the calling thread. @defaultValue one less than there are cores, from 1 to 8 */
  readonly workers?: number;
  /**
   * Side, or `[height, width]`, in pixels, that images are scaled to: the image covers it, keeping its proportions, and
   * is cropped about its centre. @defaultValue none: all images must have the data set's `imageShape`
   */
  readonly imageSize?: number | readonly [height: number, width: number];
  /**
   * With `imageSize`, share of the sides of the covering image that the crop shows, above 0: at 0.875 a crop of 224 is taken from images
   * scaled to 256, as evaluation often does. @defaultValue 1
   */
  readonly cropShare?: number;
  /**
   * What is done to the images, in the threads that decode them: crops out of whole images, mirroring, RandAugment. Image `i` of epoch `e`
   * draws from `rng.fork('augment', e).fork(i)`, counted in the order of the epoch. @defaultValue nothing
   */
  readonly augment?: AugmentOptions;
  /** Whether decoded pixels stay in memory (`numSamples·H·W·C` bytes), so that later epochs cost nothing; not with `augment`. @defaultValue false */
  readonly cache?: boolean;
  /**
   * What to do about corrupt samples. `'error'` throws. `'skip'` leaves the row out, so that its batch is smaller while
   * all others stay as they are; a batch never gets empty, though: its first row is then replaced. `'replace'` takes the
   * next sample, by index in the data set, that is good. All three depend on the data alone, so a resumed epoch gives
   * the same batches. @defaultValue 'error'
   */
  readonly onCorrupt?: CorruptPolicy;
  /** Corrupt samples tolerated by `'skip'` and `'replace'`, ≥ 0, before it is an error. @defaultValue 1 % of the samples, rounded up */
  readonly maxCorrupt?: number;
}

/** A sample that could not be read, and why. */
export interface CorruptSample {
  /** Position in the data set. */
  readonly index: number;
  /** The sample's key. */
  readonly key: string;
  /** The file that holds it. */
  readonly path: string;
  /** What is wrong with it, on one line. */
  readonly reason: string;
}
