import type { ByteImage } from '../../byte-image.js';
import { histogram } from './histogram.js';
import { mapBytes } from './map-bytes.js';

/** Makes each channel's bytes about equally frequent; PIL's `ImageOps.equalize`. */
export function equalize(image: ByteImage): ByteImage {
  return mapBytes(image, (channel) => {
    const counts = histogram(image, channel);
    const pixels = image.height * image.width;
    const brightest = counts[counts.findLastIndex((count) => count > 0)] as number;
    const step = Math.floor((pixels - brightest) / 255);
    const table = new Uint8ClampedArray(256);
    let below = Math.floor(step / 2);
    for (let byte = 0; byte < 256; byte++) {
      table[byte] = step === 0 ? byte : Math.floor(below / step);
      below += counts[byte] as number;
    }
    return table;
  });
}
