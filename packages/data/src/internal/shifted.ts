import type { ByteImage } from '@mix/core';

/** How a window lies to the image. */
interface Shift {
  /** How far below the image's own place. */
  readonly top: number;
  /** How far to the right of it. */
  readonly left: number;
  /** What lies outside: black, or the image mirrored at its edge pixels. */
  readonly padding: 'black' | 'reflect';
}

/** A window of the image's size that lies beside its own place, by less than a side. */
export function shifted(image: ByteImage, { top, left, padding }: Shift): ByteImage {
  const { bytes, height, width, channels } = image;
  const out = new Uint8Array(bytes.length);
  for (let y = 0; y < height; y++) {
    const row = placeIn(height, y + top, padding);
    for (let x = 0; x < width; x++) {
      const column = placeIn(width, x + left, padding);
      if (row < 0 || column < 0) continue;
      const from = (row * width + column) * channels;
      const to = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++)
        out[to + channel] = bytes[from + channel] as number;
    }
  }
  return { ...image, bytes: out };
}

// −1 where there is nothing.
function placeIn(side: number, at: number, padding: Shift['padding']): number {
  if (at >= 0 && at < side) return at;
  if (padding === 'black') return -1;
  return at < 0 ? -at : 2 * (side - 1) - at;
}
