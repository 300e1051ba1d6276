import type { ByteImage } from '../../byte-image.js';
import { enhance } from './enhance.js';

/** Brightness: 0 is black, 1 the image; PIL's `ImageEnhance.Brightness`. */
export function brightness(image: ByteImage, factor: number): ByteImage {
  return enhance(image, new Uint8Array(image.bytes.length), factor);
}
