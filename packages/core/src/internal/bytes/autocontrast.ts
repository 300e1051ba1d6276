import type { ByteImage } from '../../byte-image.js';
import { histogram } from './histogram.js';
import { mapBytes } from './map-bytes.js';

/** Stretches each channel so that its darkest byte becomes 0 and its brightest 255; PIL's `ImageOps.autocontrast`. */
export function autocontrast(image: ByteImage): ByteImage {
  return mapBytes(image, (channel) => {
    const counts = histogram(image, channel);
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    // As PIL computes it, so that truncation gives the same bytes.
    const scale = high > low ? 255 / (high - low) : 1;
    const offset = high > low ? -low * scale : 0;
    const table = new Uint8ClampedArray(256);
    for (let byte = 0; byte < 256; byte++) table[byte] = Math.trunc(byte * scale + offset);
    return table;
  });
}
