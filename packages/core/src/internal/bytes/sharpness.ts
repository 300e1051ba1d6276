import type { ByteImage } from '../../byte-image.js';
import { enhance } from './enhance.js';

/** Sharpness: 0 is smoothed, 1 the image; PIL's `ImageEnhance.Sharpness`. */
export function sharpness(image: ByteImage, factor: number): ByteImage {
  return enhance(image, smooth(image), factor);
}

// Ones about a 5, over 13; the border stays.
function smooth({ bytes, height, width, channels }: ByteImage): Uint8Array {
  const out = bytes.slice();
  const line = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let x = channels; x < line - channels; x++) {
      const at = y * line + x;
      let sum = 4 * (bytes[at] as number);
      for (let row = at - line; row <= at + line; row += line) {
        sum += (bytes[row - channels] as number) + (bytes[row] as number) + (bytes[row + channels] as number);
      }
      out[at] = Math.floor(sum / 13 + 0.5);
    }
  }
  return out;
}
