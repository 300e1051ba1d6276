import { checkChoice, checkInteger, invalidArgument } from '@mix/core';
import { checkAlpha } from './internal/check-alpha.js';
import { checkPairing, type PairOptions } from './mode.js';

/** Lowest and highest value of a uniform draw. */
type Range = readonly [low: number, high: number];

/** Options of `gridmix`. */
export interface GridmixOptions extends PairOptions {
  /** λ ~ Beta(alpha, alpha); above 0. @defaultValue 1 */
  readonly alpha?: number;
  /** `holes` in a crop, or `cells` all over the image. @defaultValue 'holes' */
  readonly variant?: 'holes' | 'cells';
  /** Cells along a side, for `cells`. @defaultValue 4 for images of up to 32 pixels, else 8 */
  readonly grid?: number;
  /** Range of the holes across the crop, both ends included; at least 1. @defaultValue [2, 6] */
  readonly holes?: readonly [low: number, high: number];
  /** Range of a patch's height over its width; above 0. @defaultValue [1, 1] */
  readonly holeAspect?: readonly [low: number, high: number];
  /** Range of the crop's area as a share of the image's, in `(0,1]`. @defaultValue [0.5, 1] */
  readonly cropArea?: readonly [low: number, high: number];
  /** Range of the crop's height over its width; above 0. @defaultValue [0.5, 2] */
  readonly cropAspect?: readonly [low: number, high: number];
}

/** Throws unless the options are those of `gridmix`. */
export function checkGridmixOptions(options: GridmixOptions): void {
  const { alpha = 1, variant = 'holes', grid = 1, holes = [2, 6] } = options;
  const { holeAspect = [1, 1], cropArea = [0.5, 1], cropAspect = [0.5, 2] } = options;
  checkAlpha('gridmix', alpha);
  checkChoice('gridmix', 'variant', variant, ['holes', 'cells']);
  checkInteger('gridmix', 'grid', grid, 1);
  checkSpan('holes', holes, Infinity);
  checkInteger('gridmix', 'holes[0]', holes[0], 1);
  checkInteger('gridmix', 'holes[1]', holes[1], 1);
  checkSpan('holeAspect', holeAspect, Infinity);
  checkSpan('cropArea', cropArea, 1);
  checkSpan('cropAspect', cropAspect, Infinity);
  checkPairing('gridmix', options);
}

function checkSpan(argument: string, [low, high]: Range, most: number): void {
  if (!(0 < low && low <= high && high <= most && high < Infinity)) {
    const end = most === Infinity ? '' : ` ≤ ${most}`;
    throw invalidArgument('gridmix', argument, `be [low, high] with 0 < low ≤ high${end}`, [low, high]);
  }
}
