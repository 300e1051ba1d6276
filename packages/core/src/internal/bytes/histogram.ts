import type { ByteImage } from '../../byte-image.js';

/** How often each byte occurs in a channel. */
export function histogram({ bytes, channels }: ByteImage, channel: number): Uint32Array {
  const counts = new Uint32Array(256);
  for (let at = channel; at < bytes.length; at += channels) {
    const byte = bytes[at] as number;
    counts[byte] = (counts[byte] as number) + 1;
  }
  return counts;
}
