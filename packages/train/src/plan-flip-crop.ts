import { type BatchShape, checkChoice, checkInteger, invalidArgument, type Rng } from '@mix/core';

/** Options of {@link planFlipCrop}. */
export interface FlipCropOptions {
  /** Mirror each image left to right with probability ½. @defaultValue false */
  readonly flip?: boolean;
  /** Pixels added on every side before a window of the old size is cut out at random. @defaultValue 0 */
  readonly cropPadding?: number;
  /** What these pixels show: black, or the image mirrored at its edge pixels. @defaultValue 'black' */
  readonly padding?: 'black' | 'reflect';
}

/** What {@link planFlipCrop} drew, per image: plain JSON. */
export interface FlipCropPlan {
  /** Name of the operation. */
  readonly method: 'flipCrop';
  /** `[B,H,W]`. */
  readonly shape: BatchShape;
  /** Whether each image is mirrored. */
  readonly flip: readonly boolean[];
  /** How far each window lies below the image's own place, from −padding to padding. */
  readonly top: readonly number[];
  /** How far each window lies to the right of the image's own place, from −padding to padding. */
  readonly left: readonly number[];
  /** What lies outside the image. @defaultValue 'black' */
  readonly padding?: 'black' | 'reflect';
}

/**
 * Draws mirror and window for each image of a batch. Numbers only, no tensors. As in torchvision's
 * `RandomCrop(size, padding)` and `RandomHorizontalFlip()`, the window is cut first and then mirrored.
 *
 * @param shape `[B,H,W]`.
 * @param rng Draws of this batch alone.
 */
export function planFlipCrop(
  shape: BatchShape,
  rng: Rng,
  { flip = false, cropPadding = 0, padding = 'black' }: FlipCropOptions = {},
): FlipCropPlan {
  checkInteger('planFlipCrop', 'cropPadding', cropPadding);
  checkChoice('planFlipCrop', 'padding', padding, ['black', 'reflect']);
  if (padding === 'reflect' && cropPadding >= Math.min(shape[1], shape[2])) {
    throw invalidArgument(
      'planFlipCrop',
      'cropPadding',
      `be below the image's sides, ${shape.slice(1)}`,
      cropPadding,
    );
  }
  const rows = Array.from({ length: shape[0] }, () => ({
    top: cropPadding === 0 ? 0 : rng.integer(2 * cropPadding + 1) - cropPadding,
    left: cropPadding === 0 ? 0 : rng.integer(2 * cropPadding + 1) - cropPadding,
    flip: flip && rng.uniform() < 0.5,
  }));
  return {
    method: 'flipCrop',
    shape,
    flip: rows.map((row) => row.flip),
    top: rows.map((row) => row.top),
    left: rows.map((row) => row.left),
    ...(padding === 'reflect' && { padding }),
  };
}
