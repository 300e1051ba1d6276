import type { ByteImage } from '../../byte-image.js';
import { mapBytes } from './map-bytes.js';

/** Adds to the bytes below 128, up to 255. */
export function solarizeAdd(image: ByteImage, added: number): ByteImage {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, byte) => (byte < 128 ? byte + added : byte));
  return mapBytes(image, () => table);
}
