import type { ByteImage } from './byte-image.js';
import { affine } from './internal/bytes/affine.js';
import { autocontrast } from './internal/bytes/autocontrast.js';
import { brightness } from './internal/bytes/brightness.js';
import { colour } from './internal/bytes/colour.js';
import { contrast } from './internal/bytes/contrast.js';
import { equalize } from './internal/bytes/equalize.js';
import { invert } from './internal/bytes/invert.js';
import { posterize } from './internal/bytes/posterize.js';
import { rotate } from './internal/bytes/rotate.js';
import { sharpness } from './internal/bytes/sharpness.js';
import { solarize } from './internal/bytes/solarize.js';
import { solarizeAdd } from './internal/bytes/solarize-add.js';
import type { Interpolation } from './interpolation-matrix.js';

/** Name of an operation on bytes, as in AugMix and RandAugment. */
export type ByteOp =
  | 'autocontrast'
  | 'equalize'
  | 'invert'
  | 'posterize'
  | 'solarize'
  | 'solarizeAdd'
  | 'colour'
  | 'contrast'
  | 'brightness'
  | 'sharpness'
  | 'rotate'
  | 'shearX'
  | 'shearY'
  | 'translateX'
  | 'translateY';

/** One operation on an image: plain JSON. */
export interface ByteOperation {
  /** Which. */
  readonly op: ByteOp;
  /**
   * How much: bits kept (`posterize`), the byte from which to invert (`solarize`), what is added to bytes below 128 (`solarizeAdd`), a factor, 1
   * for no change (`colour`, `contrast`, `brightness`, `sharpness`), degrees anticlockwise (`rotate`), pixels a pixel (`shearX`, `shearY`), or
   * pixels to the left or upwards (`translateX`, `translateY`). `autocontrast`, `equalize` and `invert` have none: 0.
   */
  readonly amount: number;
  /** How movements read pixels between pixels; bicubic is PIL's of transforms, a = −1. @defaultValue 'bilinear' */
  readonly interpolation?: Interpolation;
}

/**
 * Does one operation to an image on the host, in the arithmetic of PIL: every byte is the one that Pillow 9.4 gives.
 *
 * @param image Borrowed.
 * @param fill Byte of each channel where a movement leaves the frame empty. Black if left out.
 * @returns A new image, or `image` itself where nothing is to be done.
 */
export function applyByteOperation(
  image: ByteImage,
  { op, amount, interpolation = 'bilinear' }: ByteOperation,
  fill: readonly number[] = [],
): ByteImage {
  const options = { interpolation, fill };
  switch (op) {
    case 'autocontrast':
      return autocontrast(image);
    case 'equalize':
      return equalize(image);
    case 'invert':
      return invert(image);
    case 'posterize':
      return posterize(image, amount);
    case 'solarize':
      return solarize(image, amount);
    case 'solarizeAdd':
      return solarizeAdd(image, amount);
    case 'colour':
      return colour(image, amount);
    case 'contrast':
      return contrast(image, amount);
    case 'brightness':
      return brightness(image, amount);
    case 'sharpness':
      return sharpness(image, amount);
    case 'rotate':
      return rotate(image, amount, options);
    case 'shearX':
      return affine(image, [1, amount, 0, 0, 1, 0], options);
    case 'shearY':
      return affine(image, [1, 0, 0, amount, 1, 0], options);
    case 'translateX':
      return affine(image, [1, 0, amount, 0, 1, 0], options);
    case 'translateY':
      return affine(image, [1, 0, 0, 0, 1, amount], options);
  }
}
