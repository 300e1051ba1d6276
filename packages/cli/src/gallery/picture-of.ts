import type { Tensor } from '@tensorflow/tfjs-core';
import type { Picture } from './canvas.js';

/** A tensor in host memory. */
export interface HostRows {
  readonly shape: readonly number[];
  row(index: number): number[];
}

/** Reads a tensor back, and disposes it if it is `owned`. */
export async function download(tensor: Tensor, owned = false): Promise<HostRows> {
  const { shape, size } = tensor;
  const data = await tensor.data();
  if (owned) tensor.dispose();
  const length = size / (shape[0] ?? 1);
  return { shape, row: (index) => [...data.subarray(index * length, (index + 1) * length)] };
}

/** A row of images `[B,H,W,C]` in `[0,1]`; of masks one `channel`, in grey. */
export function pictureOf(images: HostRows, row: number, channel?: number): Picture {
  const [, height = 0, width = 0, channels = 1] = images.shape;
  const values = images.row(row);
  // A picture has three channels; masks and grey images repeat the one they have.
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, index) => {
    const from = channel ?? Math.min(index % 3, channels - 1);
    const value = values[Math.floor(index / 3) * channels + from] ?? 0;
    return Math.round(Math.min(Math.max(value, 0), 1) * 255);
  });
  return { width, height, pixels };
}
