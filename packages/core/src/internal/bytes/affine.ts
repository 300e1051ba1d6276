import type { ByteImage } from '../../byte-image.js';
import type { Interpolation } from '../../interpolation-matrix.js';
import { sampleBicubic } from './sample-bicubic.js';
import { sampleBilinear } from './sample-bilinear.js';
import { sampleNearest } from './sample-nearest.js';
import { withBytes } from './with-bytes.js';

/** Where an output pixel looks: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`, at pixel centres. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** How an image is resampled. */
export interface AffineOptions {
  /** How pixels between pixels are read. */
  readonly interpolation: Interpolation;
  /** Byte of each channel where nothing of the image comes to lie. */
  readonly fill: readonly number[];
}

const samplers = { nearest: sampleNearest, bilinear: sampleBilinear, bicubic: sampleBicubic };

/** Resamples an image through an affine map, within its frame; PIL's `Image.transform`. */
export function affine(
  image: ByteImage,
  matrix: AffineMatrix,
  { interpolation, fill }: AffineOptions,
): ByteImage {
  const { bytes, channels } = image;
  const out = new Uint8Array(bytes.length);
  for (let channel = 0; channel < channels; channel++) {
    const byte = fill[channel] ?? 0;
    for (let at = channel; byte !== 0 && at < out.length; at += channels) out[at] = byte;
  }
  samplers[interpolation](out, image, matrix);
  return withBytes(image, out);
}
