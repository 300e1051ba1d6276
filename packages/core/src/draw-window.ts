import { checkRange } from './checks.js';
import { invalidArgument } from './errors.js';
import type { Rng } from './rng.js';

/** Options of {@link drawWindow}. */
export interface WindowOptions {
  /** Least and greatest share of the image's area that a window has, above 0. @defaultValue `[0.08, 1]` */
  readonly scale?: readonly [least: number, greatest: number];
  /** Least and greatest ratio of width to height. @defaultValue `[3/4, 4/3]` */
  readonly ratio?: readonly [least: number, greatest: number];
}

/** A part of an image, in whole pixels. */
export interface ImageWindow {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

// As often as torchvision.
const ATTEMPTS = 10;

/** Throws unless the options are in their ranges. */
export function checkWindow(where: string, { scale = [1, 1], ratio = [1, 1] }: WindowOptions): void {
  for (const [name, [least, greatest]] of Object.entries({ scale, ratio })) {
    if (least > 0 && greatest >= least && greatest < Number.POSITIVE_INFINITY) continue;
    throw invalidArgument(where, name, 'be two numbers above 0, the lower first', [least, greatest]);
  }
  checkRange(where, 'scale', scale[1], 0, 1);
}

/**
 * Draws a window of an image as torchvision's `RandomResizedCrop` does: an area uniform in `scale`, the logarithm of the ratio uniform, and
 * after ten windows that do not fit, the largest one in the middle with a ratio in bounds.
 *
 * @param size `[height, width]` of the image.
 * @param rng Draws of this image alone.
 * @throws MixError `INVALID_ARGUMENT`.
 */
export function drawWindow(
  [rows, columns]: readonly [height: number, width: number],
  rng: Rng,
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: WindowOptions = {},
): ImageWindow {
  checkWindow('drawWindow', { scale, ratio });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = rows * columns * rng.uniform(scale[0], scale[1]);
    const wide = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const width = Math.round(Math.sqrt(area * wide));
    const height = Math.round(Math.sqrt(area / wide));
    if (width < 1 || height < 1 || width > columns || height > rows) continue;
    return { top: rng.integer(rows - height + 1), left: rng.integer(columns - width + 1), height, width };
  }
  const own = columns / rows;
  // At least a pixel: ratios far from 1 would leave nothing of an image of few rows or columns.
  const width = own > ratio[1] ? Math.max(Math.round(rows * ratio[1]), 1) : columns;
  const height = own < ratio[0] ? Math.max(Math.round(columns / ratio[0]), 1) : rows;
  return { top: Math.floor((rows - height) / 2), left: Math.floor((columns - width) / 2), height, width };
}
