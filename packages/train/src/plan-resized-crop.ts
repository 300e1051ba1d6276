import {
  type BatchShape,
  checkChoice,
  checkWindow,
  drawWindow,
  type Rng,
  type WindowOptions,
} from '@mix/core';

/** Options of {@link planResizedCrop}. */
export interface ResizedCropOptions extends WindowOptions {
  /** How the window is made as large as the image; bicubic as in PIL, a = −½. @defaultValue 'bilinear' */
  readonly interpolation?: 'bilinear' | 'bicubic';
  /** Mirror each window left to right with probability ½. @defaultValue false */
  readonly flip?: boolean;
}

/** What {@link planResizedCrop} drew, per image: plain JSON. */
export interface ResizedCropPlan {
  /** Name of the operation. */
  readonly method: 'resizedCrop';
  /** `[B,H,W]`. */
  readonly shape: BatchShape;
  /** How windows are enlarged. */
  readonly interpolation: 'bilinear' | 'bicubic';
  /** First row of each window. */
  readonly top: readonly number[];
  /** First column of each window. */
  readonly left: readonly number[];
  /** Rows of each window. */
  readonly height: readonly number[];
  /** Columns of each window. */
  readonly width: readonly number[];
  /** Whether each window is mirrored. */
  readonly flip: readonly boolean[];
}

/**
 * Draws a window for each image of a batch, as torchvision's `RandomResizedCrop(size)` and `RandomHorizontalFlip()` do: see `drawWindow` of
 * `@mix/core`.
 *
 * @param shape `[B,H,W]`.
 * @param rng Draws of this batch alone.
 */
export function planResizedCrop(
  shape: BatchShape,
  rng: Rng,
  { interpolation = 'bilinear', flip = false, ...window }: ResizedCropOptions = {},
): ResizedCropPlan {
  checkWindow('planResizedCrop', window);
  checkChoice('planResizedCrop', 'interpolation', interpolation, ['bilinear', 'bicubic']);
  const rows = Array.from({ length: shape[0] }, () => ({
    ...drawWindow([shape[1], shape[2]], rng, window),
    flip: flip && rng.uniform() < 0.5,
  }));
  return {
    method: 'resizedCrop',
    shape,
    interpolation,
    top: rows.map(({ top }) => top),
    left: rows.map(({ left }) => left),
    height: rows.map(({ height }) => height),
    width: rows.map(({ width }) => width),
    flip: rows.map((row) => row.flip),
  };
}
