import type { ByteImage } from '../../byte-image.js';
import { enhance } from './enhance.js';
import { grey } from './grey.js';

/** Contrast: 0 is the mean grey, 1 the image; PIL's `ImageEnhance.Contrast`. */
export function contrast(image: ByteImage, factor: number): ByteImage {
  const luma = grey(image);
  const mean = Math.trunc(luma.reduce((sum, value) => sum + value, 0) / luma.length + 0.5);
  return enhance(image, new Uint8Array(image.bytes.length).fill(mean), factor);
}
