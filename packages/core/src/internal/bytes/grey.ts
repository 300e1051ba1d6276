import type { ByteImage } from '../../byte-image.js';

/** Luma of ITU-R 601 of each pixel, rounded; PIL's `Image.convert('L')`. */
export function grey({ bytes, channels }: ByteImage): Uint8Array {
  if (channels === 1) return bytes;
  const luma = new Uint8Array(bytes.length / 3);
  for (let pixel = 0; pixel < luma.length; pixel++) {
    const [r, g, b] = [
      bytes[3 * pixel] as number,
      bytes[3 * pixel + 1] as number,
      bytes[3 * pixel + 2] as number,
    ];
    luma[pixel] = (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
  }
  return luma;
}
