import type { ByteImage } from '../../byte-image.js';
import type { AffineMatrix } from './affine.js';

/** Writes pixels read between four; one within the image but beyond its outermost centres repeats the border, and bytes are truncated. */
export function sampleBilinear(
  out: Uint8Array,
  { bytes, height, width, channels }: ByteImage,
  [a, b, c, d, e, f]: AffineMatrix,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c;
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f;
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const left = Math.floor(fromX - 0.5);
      const top = Math.floor(fromY - 0.5);
      const shareX = fromX - 0.5 - left;
      const shareY = fromY - 0.5 - top;
      const x0 = Math.max(left, 0) * channels;
      const x1 = Math.min(left + 1, width - 1) * channels;
      const upper = Math.max(top, 0) * width * channels;
      const lower = Math.min(top + 1, height - 1) * width * channels;
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const above = between(
          bytes[upper + x0 + channel] as number,
          bytes[upper + x1 + channel] as number,
          shareX,
        );
        const below = between(
          bytes[lower + x0 + channel] as number,
          bytes[lower + x1 + channel] as number,
          shareX,
        );
        out[at + channel] = between(above, below, shareY);
      }
    }
  }
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
