import type { ByteImage } from '../../byte-image.js';
import { withBytes } from './with-bytes.js';

/**
 * Goes from a degenerate image (factor 0) to the image itself (1) and beyond, clipped to bytes: `degenerate + factor·(image − degenerate)`.
 * In single precision and truncated, as PIL's `Image.blend`.
 */
export function enhance(image: ByteImage, degenerate: Uint8Array, factor: number): ByteImage {
  const single = Math.fround(factor);
  const out = new Uint8Array(image.bytes.length);
  for (let at = 0; at < out.length; at++) {
    const from = degenerate[at] as number;
    const moved = Math.fround(from + Math.fround(single * ((image.bytes[at] as number) - from)));
    out[at] = Math.min(Math.max(moved, 0), 255);
  }
  return withBytes(image, out);
}
