import { roundHalfEven } from './internal/round-half-even.js';

/** A rectangle's sides, and whether they leave part of the image on both axes. */
export interface ErasingSize {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** Both sides are shorter than the image's. */
  readonly fits: boolean;
}

/**
 * Sides of a rectangle that covers a share `fraction` of an image and is `aspect` times as high as wide:
 * `h = √(fraction·H·W·aspect)` and `w = √(fraction·H·W/aspect)`, rounded, halves to even.
 */
export function randomErasingSize(
  [height, width]: readonly [height: number, width: number],
  fraction: number,
  aspect: number,
): ErasingSize {
  const area = fraction * height * width;
  const high = roundHalfEven(Math.sqrt(area * aspect));
  const wide = roundHalfEven(Math.sqrt(area / aspect));
  return { height: high, width: wide, fits: high < height && wide < width };
}
