import { invalidArgument, type Plan } from '@mix/core';
import { checkSoften, type SoftenOptions } from './soft-labels.js';

/** What a deleted pixel becomes: one value, or one for each channel; 0 is the mean of normalised images. */
export type Fill = number | readonly number[];

/** Options of every mixer that deletes. */
export interface DeletionOptions {
  /** What deleted pixels become. @defaultValue 0 */
  readonly fill?: Fill;
  /** Let labels soften with the share of the image that is left (Soft Augmentation); without it they stay as they are. */
  readonly soften?: SoftenOptions;
}

/** What every plan of a deletion holds. */
export interface DeletionPlan extends Plan {
  /** How labels soften, if they do. */
  readonly soften?: SoftenOptions;
}

/** Throws unless these are proper {@link DeletionOptions}. */
export function checkDeletion(where: string, { fill = 0, soften }: DeletionOptions): void {
  const values = typeof fill === 'number' ? [fill] : fill;
  if (!Array.isArray(values) || values.length === 0 || !values.every(Number.isFinite)) {
    throw invalidArgument(where, 'fill', 'be a finite number, or one for each channel', fill);
  }
  if (soften !== undefined) checkSoften(where, soften);
}
