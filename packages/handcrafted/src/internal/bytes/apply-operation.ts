import type { AugmixOperation } from '../../augmix-operation.js';
import { affine, rotate } from './affine.js';
import { autocontrast } from './autocontrast.js';
import { brightness } from './brightness.js';
import type { ByteImage } from './byte-image.js';
import { colour } from './colour.js';
import { contrast } from './contrast.js';
import { equalize } from './equalize.js';
import { posterize } from './posterize.js';
import { sharpness } from './sharpness.js';
import { solarize } from './solarize.js';

/** Does one operation to an image, which stays as it is. */
export function applyOperation(image: ByteImage, { op, amount }: AugmixOperation): ByteImage {
  switch (op) {
    case 'autocontrast':
      return autocontrast(image);
    case 'equalize':
      return equalize(image);
    case 'posterize':
      return posterize(image, amount);
    case 'rotate':
      return rotate(image, amount);
    case 'solarize':
      return solarize(image, amount);
    case 'shearX':
      return affine(image, [1, amount, 0, 0, 1, 0]);
    case 'shearY':
      return affine(image, [1, 0, 0, amount, 1, 0]);
    case 'translateX':
      return affine(image, [1, 0, amount, 0, 1, 0]);
    case 'translateY':
      return affine(image, [1, 0, 0, 0, 1, amount]);
    case 'colour':
      return colour(image, amount);
    case 'contrast':
      return contrast(image, amount);
    case 'brightness':
      return brightness(image, amount);
    case 'sharpness':
      return sharpness(image, amount);
  }
}
