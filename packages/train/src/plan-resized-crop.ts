import { type BatchShape, checkChoice, checkRange, invalidArgument, type Rng } from '@mix/core';

/** Options of {@link planResizedCrop}. */
export interface ResizedCropOptions {
  /** Least and greatest share of the image's area that a window has, above 0. @defaultValue [0.08, 1] */
  readonly scale?: readonly [least: number, greatest: number];
  /** Least and greatest ratio of width to height. @defaultValue [3/4, 4/3] */
  readonly ratio?: readonly [least: number, greatest: number];
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

// As often as torchvision.
const ATTEMPTS = 10;

/**
 * Draws a window for each image of a batch, as torchvision's `RandomResizedCrop(size)` and `RandomHorizontalFlip()` do: an area uniform in
 * `scale`, the logarithm of the ratio uniform, and after ten windows that do not fit, the largest one in the middle with a ratio in bounds.
 *
 * @param shape `[B,H,W]`.
 * @param rng Draws of this batch alone.
 */
export function planResizedCrop(
  shape: BatchShape,
  rng: Rng,
  {
    scale = [0.08, 1],
    ratio = [3 / 4, 4 / 3],
    interpolation = 'bilinear',
    flip = false,
  }: ResizedCropOptions = {},
): ResizedCropPlan {
  for (const [name, [least, greatest]] of Object.entries({ scale, ratio })) {
    if (least > 0 && greatest >= least && greatest < Number.POSITIVE_INFINITY) continue;
    throw invalidArgument('planResizedCrop', name, 'be two numbers above 0, the lower first', [
      least,
      greatest,
    ]);
  }
  checkRange('planResizedCrop', 'scale', scale[1], 0, 1);
  checkChoice('planResizedCrop', 'interpolation', interpolation, ['bilinear', 'bicubic']);
  const rows = Array.from({ length: shape[0] }, () => ({
    ...drawWindow(shape, rng, scale, ratio),
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

function drawWindow(
  [, rows, columns]: BatchShape,
  rng: Rng,
  scale: readonly [number, number],
  ratio: readonly [number, number],
) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = rows * columns * rng.uniform(scale[0], scale[1]);
    const wide = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const width = Math.round(Math.sqrt(area * wide));
    const height = Math.round(Math.sqrt(area / wide));
    if (width < 1 || height < 1 || width > columns || height > rows) continue;
    return { top: rng.integer(rows - height + 1), left: rng.integer(columns - width + 1), height, width };
  }
  const own = columns / rows;
  const width = own > ratio[1] ? Math.round(rows * ratio[1]) : columns;
  const height = own < ratio[0] ? Math.round(columns / ratio[0]) : rows;
  return { top: Math.floor((rows - height) / 2), left: Math.floor((columns - width) / 2), height, width };
}
