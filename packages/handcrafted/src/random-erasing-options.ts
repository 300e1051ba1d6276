import { checkChoice, checkInteger, checkRange, invalidArgument } from '@mix/core';
import { checkDeletion, type DeletionOptions } from './deletion-options.js';

/** Options of `randomErasing`. Its defaults are torchvision's. */
export interface RandomErasingOptions extends Pick<DeletionOptions, 'soften'> {
  /** Probability of each row. @defaultValue 0.5 */
  readonly prob?: number;
  /** Share of the image to erase, uniform between these. @defaultValue [0.02, 0.33] */
  readonly area?: readonly [low: number, high: number];
  /** Height over width, between these, above 0. @defaultValue [0.3, 3.3] */
  readonly aspect?: readonly [low: number, high: number];
  /** Draw the aspect uniformly, or its logarithm; the paper's code has `linear` with `[0.3, 1 / 0.3]`. @defaultValue 'log' */
  readonly aspectScale?: 'log' | 'linear';
  /** Rectangles in each image, which share the area as in timm. @defaultValue 1 */
  readonly count?: number;
  /** Attempts at a rectangle that fits; after that there is none. The paper's code has 100. @defaultValue 10 */
  readonly tries?: number;
  /** In how many parts the batch is thought, the first of which stays clean, as in timm; 1 for none. @defaultValue 1 */
  readonly splits?: number;
  /**
   * What erased pixels become: a value, one for each channel, `colour` (for each rectangle and channel a normal one) or `noise`
   * (for each pixel and channel). Normal values have mean 0 and deviation 1, as normalised images have. @defaultValue 0
   */
  readonly fill?: number | readonly number[] | 'colour' | 'noise';
}

/** Throws unless these are proper {@link RandomErasingOptions}. */
export function checkRandomErasing(options: RandomErasingOptions): void {
  const { prob = 0.5, area = [0.02, 0.33], aspect = [0.3, 3.3], aspectScale = 'log' } = options;
  const { count = 1, tries = 10, splits = 1, fill = 0, soften } = options;
  checkRange('randomErasing', 'prob', prob, 0, 1);
  if (!(0 < area[0] && area[0] <= area[1] && area[1] <= 1)) {
    throw invalidArgument('randomErasing', 'area', 'be [low, high] with 0 < low ≤ high ≤ 1', area);
  }
  if (!(0 < aspect[0] && aspect[0] <= aspect[1] && aspect[1] < Infinity)) {
    throw invalidArgument('randomErasing', 'aspect', 'be [low, high] with 0 < low ≤ high', aspect);
  }
  checkChoice('randomErasing', 'aspectScale', aspectScale, ['log', 'linear']);
  checkInteger('randomErasing', 'count', count, 1);
  checkInteger('randomErasing', 'tries', tries, 1);
  checkInteger('randomErasing', 'splits', splits, 1);
  if (typeof fill === 'string') checkChoice('randomErasing', 'fill', fill, ['colour', 'noise']);
  checkDeletion('randomErasing', { ...(typeof fill !== 'string' && { fill }), ...(soften && { soften }) });
}
