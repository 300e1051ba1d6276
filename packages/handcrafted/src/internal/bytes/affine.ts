import { type ByteImage, withBytes } from './byte-image.js';

/** Where an output pixel looks: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`, at pixel centres. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Resamples an image bilinearly through an affine map; what lies outside is 0. As PIL's `Image.transform` does it: a sample within
 * the image but beyond its outermost centres repeats the border, and bytes are truncated.
 */
export function affine(image: ByteImage, [a, b, c, d, e, f]: AffineMatrix): ByteImage {
  const { bytes, height, width, channels } = image;
  const out = new Uint8Array(bytes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c;
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f;
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const left = Math.floor(fromX - 0.5);
      const top = Math.floor(fromY - 0.5);
      const shareX = fromX - 0.5 - left;
      const shareY = fromY - 0.5 - top;
      const x0 = Math.max(left, 0) * channels;
      const x1 = Math.min(left + 1, width - 1) * channels;
      const upper = Math.max(top, 0) * width * channels;
      const lower = Math.min(top + 1, height - 1) * width * channels;
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const above = between(
          bytes[upper + x0 + channel] as number,
          bytes[upper + x1 + channel] as number,
          shareX,
        );
        const below = between(
          bytes[lower + x0 + channel] as number,
          bytes[lower + x1 + channel] as number,
          shareX,
        );
        out[at + channel] = between(above, below, shareY);
      }
    }
  }
  return withBytes(image, out);
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Turns an image anticlockwise by whole or broken degrees about its middle; PIL's `Image.rotate`. */
export function rotate(image: ByteImage, degrees: number): ByteImage {
  if (degrees === 0) return image;
  const angle = -degrees * (Math.PI / 180);
  // To 15 places as PIL has it, which also evens out the last bits that engines differ in.
  const cos = Number(Math.cos(angle).toFixed(15));
  const sin = Number(Math.sin(angle).toFixed(15));
  const [middleX, middleY] = [image.width / 2, image.height / 2];
  const c = cos * -middleX + sin * -middleY + middleX;
  const f = -sin * -middleX + cos * -middleY + middleY;
  return affine(image, [cos, sin, c, -sin, cos, f]);
}
