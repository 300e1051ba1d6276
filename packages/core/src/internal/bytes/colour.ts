import type { ByteImage } from '../../byte-image.js';
import { enhance } from './enhance.js';
import { grey } from './grey.js';

/** Saturation: 0 is grey, 1 the image; PIL's `ImageEnhance.Color`. */
export function colour(image: ByteImage, factor: number): ByteImage {
  const luma = grey(image);
  const { bytes, channels } = image;
  const degenerate = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) degenerate[at] = luma[Math.floor(at / channels)] as number;
  return enhance(image, degenerate, factor);
}
