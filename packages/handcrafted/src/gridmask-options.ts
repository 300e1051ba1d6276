import { checkChoice, checkInteger, checkRange, invalidArgument } from '@mix/core';
import { checkDeletion, type DeletionOptions } from './deletion-options.js';

/** Which of the two published versions: for classification on a diagonal canvas, or for detection on one 1.5 times the image. */
export type GridmaskVariant = 'diagonal' | 'canvas1.5';

/** What the stripes are: `squares` deletes the squares between them, `stripes` the stripes themselves. */
export type GridmaskDeletes = 'squares' | 'stripes';

/** Options of `gridmask`. */
export interface GridmaskOptions extends DeletionOptions {
  /** @defaultValue 'diagonal' */
  readonly variant?: GridmaskVariant;
  /** Mode 1 of the published code deletes squares, mode 0 stripes. @defaultValue 'squares' */
  readonly deletes?: GridmaskDeletes;
  /**
   * Period in pixels, an integer from low to below high; the paper has [96, 224] for images of 224.
   * @defaultValue from a quarter of the shorter side to that side, at least 3
   */
  readonly period?: readonly [low: number, high: number];
  /**
   * Width of a stripe as a share of the period, in `(0,1]`. With `canvas1.5`, 1 draws the width in pixels uniformly below the period. With
   * `diagonal` the width is rounded up: where that makes the whole period, no square is left to delete, and stripes delete all.
   * @defaultValue 0.6
   */
  readonly ratio?: number;
  /** Turn the grid by a whole angle uniform below this, in degrees; 0 for never. @defaultValue 360 */
  readonly rotate?: number;
  /** Probability of each row. @defaultValue 0.8 */
  readonly prob?: number;
  /** Let the probability rise with the training, from 0 at its start, as the paper does. @defaultValue false */
  readonly ramp?: boolean;
}

/** Throws unless these are proper {@link GridmaskOptions}. */
export function checkGridmask(options: GridmaskOptions): void {
  const {
    variant = 'diagonal',
    deletes = 'squares',
    period,
    ratio = 0.6,
    rotate = 360,
    prob = 0.8,
  } = options;
  checkChoice('gridmask', 'variant', variant, ['diagonal', 'canvas1.5']);
  checkChoice('gridmask', 'deletes', deletes, ['squares', 'stripes']);
  if (period !== undefined) {
    checkInteger('gridmask', 'period[0]', period[0], 2);
    checkInteger('gridmask', 'period[1]', period[1], period[0] + 1);
  }
  if (!(ratio > 0 && ratio <= 1))
    throw invalidArgument('gridmask', 'ratio', 'be above 0 and at most 1', ratio);
  checkInteger('gridmask', 'rotate', rotate);
  checkRange('gridmask', 'prob', prob, 0, 1);
  checkDeletion('gridmask', options);
}
