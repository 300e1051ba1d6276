import type { ByteImage } from '../../byte-image.js';
import { withBytes } from './with-bytes.js';

/** Replaces every byte of a channel by its entry in the channel's table of 256. */
export function mapBytes(image: ByteImage, table: (channel: number) => ArrayLike<number>): ByteImage {
  const { bytes, channels } = image;
  const out = new Uint8Array(bytes.length);
  for (let channel = 0; channel < channels; channel++) {
    const entries = table(channel);
    for (let at = channel; at < bytes.length; at += channels) {
      out[at] = entries[bytes[at] as number] as number;
    }
  }
  return withBytes(image, out);
}
