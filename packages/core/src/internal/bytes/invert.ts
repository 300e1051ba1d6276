import type { ByteImage } from '../../byte-image.js';
import { mapBytes } from './map-bytes.js';

/** Dark for bright; PIL's `ImageOps.invert`. */
export function invert(image: ByteImage): ByteImage {
  const table = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte);
  return mapBytes(image, () => table);
}
