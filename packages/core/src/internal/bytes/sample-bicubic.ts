import type { ByteImage } from '../../byte-image.js';
import type { AffineMatrix } from './affine.js';

/** Writes pixels read between sixteen, by the cubic with a = −1 of PIL's transforms; otherwise as bilinear ones. */
export function sampleBicubic(
  out: Uint8Array,
  { bytes, height, width, channels }: ByteImage,
  [a, b, c, d, e, f]: AffineMatrix,
): void {
  const line = width * channels;
  const columns = new Int32Array(4);
  const rows = new Float64Array(4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c;
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f;
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const left = Math.floor(fromX - 0.5);
      const top = Math.floor(fromY - 0.5);
      for (let tap = 0; tap < 4; tap++) {
        columns[tap] = Math.min(Math.max(left + tap - 1, 0), width - 1) * channels;
      }
      for (let channel = 0; channel < channels; channel++) {
        for (let tap = 0; tap < 4; tap++) {
          const row = Math.min(Math.max(top + tap - 1, 0), height - 1) * line + channel;
          rows[tap] = cubic(
            bytes[row + (columns[0] as number)] as number,
            bytes[row + (columns[1] as number)] as number,
            bytes[row + (columns[2] as number)] as number,
            bytes[row + (columns[3] as number)] as number,
            fromX - 0.5 - left,
          );
        }
        const [above, upper, lower, below] = rows as unknown as readonly [number, number, number, number];
        const value = cubic(above, upper, lower, below, fromY - 0.5 - top);
        out[(y * width + x) * channels + channel] = Math.min(Math.max(value, 0), 255);
      }
    }
  }
}

function cubic(before: number, first: number, second: number, after: number, share: number): number {
  const bend = 2 * (before - first) + second - after;
  const twist = -before + first - second + after;
  return first + share * (second - before + share * (bend + share * twist));
}
