import { pasteBoxes } from '@mix/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../cutmix-box.js';

/** How pixels of a shrunk image are made. */
export type ResizeInterpolation = 'nearest' | 'bilinear';

/**
 * Puts the whole partner, resized, into each row's box; the rest is the row's own. `nearest` takes pixel `⌊i·from/to⌋`, in whole
 * numbers; `bilinear` has half-pixel centres and no antialiasing, as PyTorch's `align_corners=False`.
 */
export function pasteResized(
  images: Tensor4D,
  partner: readonly number[],
  boxes: readonly Box[],
  interpolation: ResizeInterpolation,
): Tensor4D {
  const [, height, width] = images.shape;
  if (interpolation === 'nearest') return pasteAll(images, { partner, boxes }, images, [height, width]);
  return tf.tidy(() => {
    const [y1, x1, y2, x2] = boxes[0] as Box;
    if (boxes.some((box) => box.join() !== boxes[0]?.join())) return pasteEach(images, partner, boxes);
    if (y1 === y2 || x1 === x2) return tf.clone(images);
    const size = [y2 - y1, x2 - x1] as [number, number];
    const small = tf.image.resizeBilinear(images, size, false, true);
    return pasteAll(images, { partner, boxes }, small, size);
  });
}

// The whole of each patch.
function pasteAll(
  images: Tensor4D,
  { partner, boxes }: { readonly partner: readonly number[]; readonly boxes: readonly Box[] },
  patches: Tensor4D,
  [height, width]: readonly [number, number],
): Tensor4D {
  const whole: Box = [0, 0, height, width];
  return pasteBoxes(images, { boxes, rows: partner, patches, from: boxes.map(() => whole) });
}

// A box a row: all pasted pixels of the batch are made side by side, then every pixel is gathered from those or the own ones.
function pasteEach(images: Tensor4D, partner: readonly number[], boxes: readonly Box[]): Tensor4D {
  const [size, height, width, channels] = images.shape;
  const area = height * width;
  const pixels = tf.reshape(images, [size * area, channels]);
  const pasted = tapsOf(partner, boxes, [height, width])
    .map(({ index, weight }): Tensor => {
      const taken = tf.gather(pixels, tf.tensor1d(index, 'int32'));
      return tf.mul(taken, tf.tensor2d(weight, [weight.length, 1]));
    })
    .reduce((sum, term) => tf.add(sum, term));
  const index = Int32Array.from({ length: size * area }, (_, position) => position);
  let next = size * area;
  boxes.forEach(([y1, x1, y2, x2], row) => {
    for (let y = y1; y < y2; y++) {
      for (let x = x1; x < x2; x++) index[row * area + y * width + x] = next++;
    }
  });
  const both = tf.concat([pixels, pasted as typeof pixels]);
  return tf.reshape(tf.gather(both, tf.tensor1d(index, 'int32')), [size, height, width, channels]);
}

/** For each pasted pixel, one of the four pixels that it lies between, and its weight. */
interface Tap {
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

function tapsOf(
  partner: readonly number[],
  boxes: readonly Box[],
  [height, width]: readonly [number, number],
): Tap[] {
  const count = boxes.reduce((sum, [y1, x1, y2, x2]) => sum + (y2 - y1) * (x2 - x1), 0);
  return CORNERS.map(([lower, right]) => {
    const index = new Int32Array(count);
    const weight = new Float32Array(count);
    let position = 0;
    boxes.forEach(([y1, x1, y2, x2], row) => {
      const start = (partner[row] as number) * height * width;
      const rows = lineTaps(height, y2 - y1, lower);
      const columns = lineTaps(width, x2 - x1, right);
      for (const [y, vertical] of rows) {
        for (const [x, horizontal] of columns) {
          weight[position] = vertical * horizontal;
          index[position++] = start + y * width + x;
        }
      }
    });
    return { index, weight };
  });
}

const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** For each pixel of a resized line, the first (0) or second (1) pixel it lies between, and its weight. */
function lineTaps(from: number, to: number, which: 0 | 1): (readonly [pixel: number, weight: number])[] {
  return Array.from({ length: to }, (_, index) => {
    const position = Math.max(((index + 0.5) * from) / to - 0.5, 0);
    const base = Math.floor(position);
    const share = position - base;
    return [Math.min(base + which, from - 1), which === 1 ? share : 1 - share];
  });
}
