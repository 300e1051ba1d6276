import type { ByteImage } from '../../byte-image.js';
import type { AffineMatrix } from './affine.js';

const unit = 65536;

/** Writes the pixels that lie nearest; places are kept in 65536ths where the map turns or shears, as PIL keeps them. */
export function sampleNearest(
  out: Uint8Array,
  { bytes, height, width, channels }: ByteImage,
  [a, b, c, d, e, f]: AffineMatrix,
): void {
  const fixed = (value: number): number =>
    b === 0 && d === 0 ? value * unit : Math.floor(value * unit + 0.5);
  const [right, down] = [fixed(a), fixed(d)];
  for (let y = 0; y < height; y++) {
    let column = fixed(c + a * 0.5 + b * 0.5) + y * fixed(b);
    let row = fixed(f + d * 0.5 + e * 0.5) + y * fixed(e);
    for (let x = 0; x < width; x++, column += right, row += down) {
      const fromX = Math.floor(column / unit);
      const fromY = Math.floor(row / unit);
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const from = (fromY * width + fromX) * channels;
      const to = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++)
        out[to + channel] = bytes[from + channel] as number;
    }
  }
}
