import type { ByteImage } from '../../byte-image.js';
import { mapBytes } from './map-bytes.js';

/** Keeps the highest `bits` bits of each byte; PIL's `ImageOps.posterize`. */
export function posterize(image: ByteImage, bits: number): ByteImage {
  const kept = 256 - 2 ** (8 - bits);
  const table = Uint8Array.from({ length: 256 }, (_, byte) => byte & kept);
  return mapBytes(image, () => table);
}
