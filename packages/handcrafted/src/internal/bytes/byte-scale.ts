import { invalidArgument } from '@mix/core';
import type { AugmixScale } from '../../augmix-options.js';

/** Turns float images into bytes and back. */
export interface ByteScale {
  /** The nearest bytes; values out of range are clipped, NaN is 0. */
  encode(pixels: Float32Array): Uint8Array;
  /** The floats that bytes stand for. */
  decode(bytes: Uint8Array): Float32Array;
}

/** The scale of images normalised as `(byte/255 − mean)/std`. */
export function byteScale(where: string, { mean, std }: AugmixScale, channels: number): ByteScale {
  const means = perChannel(where, 'mean', mean, channels);
  const stds = perChannel(where, 'std', std, channels);
  const tables = means.map((shift, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - shift) / (stds[channel] as number)),
  );
  return {
    encode(pixels) {
      const bytes = new Uint8ClampedArray(pixels.length);
      for (let channel = 0; channel < channels; channel++) {
        const scale = 255 * (stds[channel] as number);
        const shift = 255 * (means[channel] as number);
        for (let at = channel; at < pixels.length; at += channels) {
          bytes[at] = (pixels[at] as number) * scale + shift;
        }
      }
      return new Uint8Array(bytes.buffer);
    },
    decode(bytes) {
      const pixels = new Float32Array(bytes.length);
      for (let channel = 0; channel < channels; channel++) {
        const table = tables[channel] as Float32Array;
        for (let at = channel; at < bytes.length; at += channels) {
          pixels[at] = table[bytes[at] as number] as number;
        }
      }
      return pixels;
    },
  };
}

function perChannel(
  where: string,
  argument: string,
  given: number | readonly number[],
  channels: number,
): readonly number[] {
  if (typeof given === 'number') return new Array<number>(channels).fill(given);
  if (given.length === channels) return given;
  throw invalidArgument(where, argument, `be a number, or one for each of ${channels} channels`, given, {
    code: 'SHAPE',
  });
}
