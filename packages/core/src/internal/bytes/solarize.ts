import type { ByteImage } from '../../byte-image.js';
import { mapBytes } from './map-bytes.js';

/** Inverts the bytes from `threshold` on; PIL's `ImageOps.solarize`. */
export function solarize(image: ByteImage, threshold: number): ByteImage {
  const table = Uint8Array.from({ length: 256 }, (_, byte) => (byte < threshold ? byte : 255 - byte));
  return mapBytes(image, () => table);
}
