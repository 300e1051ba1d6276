import type { ByteImage } from '../../byte-image.js';

/** The same image with other bytes. */
export function withBytes(image: ByteImage, bytes: Uint8Array): ByteImage {
  return { ...image, bytes };
}
