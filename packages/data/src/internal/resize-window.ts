import type { ByteImage, ImageWindow } from '@mix/core';
import { type ByteTaps, byteTaps, tapBits } from './byte-taps.js';

const half = 1 << (tapBits - 1);

/**
 * Cuts a window out of an image and scales it, in the arithmetic of PIL's `Image.crop(...).resize(...)`: along the rows first, then down the
 * columns, reading as many pixels as one of the result covers, with bytes in between.
 */
export function resizeWindow(
  image: ByteImage,
  window: ImageWindow,
  [height, width]: readonly [height: number, width: number],
  interpolation: 'bilinear' | 'bicubic',
): ByteImage {
  const narrow = scaleRows(image, window, byteTaps(window.width, width, interpolation));
  const line = width * image.channels;
  const bytes = scaleColumns(narrow, line, byteTaps(window.height, height, interpolation));
  return { bytes, height, width, channels: image.channels };
}

function scaleRows(
  { bytes, width, channels }: ByteImage,
  { top, left, height }: ImageWindow,
  { first, count, most, weights }: ByteTaps,
): Uint8ClampedArray {
  const out = new Uint8ClampedArray(height * first.length * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = (top + y) * width + left;
    for (let x = 0; x < first.length; x++) {
      const from = (row + (first[x] as number)) * channels;
      const taps = count[x] as number;
      for (let channel = 0; channel < channels; channel++) {
        let sum = half;
        for (let tap = 0; tap < taps; tap++) {
          sum += (bytes[from + tap * channels + channel] as number) * (weights[x * most + tap] as number);
        }
        out[at++] = sum >> tapBits;
      }
    }
  }
  return out;
}

function scaleColumns(
  bytes: Uint8ClampedArray,
  line: number,
  { first, count, most, weights }: ByteTaps,
): Uint8Array {
  const out = new Uint8ClampedArray(first.length * line);
  const sums = new Int32Array(line);
  for (let y = 0; y < first.length; y++) {
    sums.fill(half);
    for (let tap = 0; tap < (count[y] as number); tap++) {
      const weight = weights[y * most + tap] as number;
      const from = ((first[y] as number) + tap) * line;
      for (let lane = 0; lane < line; lane++) {
        sums[lane] = (sums[lane] as number) + (bytes[from + lane] as number) * weight;
      }
    }
    for (let lane = 0; lane < line; lane++) out[y * line + lane] = (sums[lane] as number) >> tapBits;
  }
  return new Uint8Array(out.buffer);
}
