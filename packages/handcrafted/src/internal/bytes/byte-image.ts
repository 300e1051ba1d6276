/** An image of 8 bits a channel, row by row, channels together; 1 channel (grey) or 3 (RGB). */
export interface ByteImage {
  readonly bytes: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The same image with other bytes. */
export function withBytes(image: ByteImage, bytes: Uint8Array): ByteImage {
  return { ...image, bytes };
}

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

/** How often each byte occurs in a channel. */
export function histogram({ bytes, channels }: ByteImage, channel: number): Uint32Array {
  const counts = new Uint32Array(256);
  for (let at = channel; at < bytes.length; at += channels) {
    const byte = bytes[at] as number;
    counts[byte] = (counts[byte] as number) + 1;
  }
  return counts;
}
