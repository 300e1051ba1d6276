import type { ByteImage } from '@mix/core';

/** The image from right to left. */
export function mirrored(image: ByteImage): ByteImage {
  const { bytes, height, width, channels } = image;
  const out = new Uint8Array(bytes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (y * width + width - 1 - x) * channels;
      for (let channel = 0; channel < channels; channel++)
        out[to + channel] = bytes[from + channel] as number;
    }
  }
  return { ...image, bytes: out };
}
