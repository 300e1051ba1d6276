import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../cutmix-box.js';
import { isEmpty, replaceBox, sharedBox } from './paste-boxes.js';

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
  if (boxes.every(isEmpty)) return tf.clone(images);
  const shared = sharedBox(boxes);
  return tf.tidy(() => {
    if (shared === undefined) return pasteEach(images, partner, boxes, interpolation);
    const small = resize(images, shared, interpolation);
    return replaceBox(images, shared, tf.gather(small, tf.tensor1d([...partner], 'int32')));
  });
}

function resize(images: Tensor4D, [y1, x1, y2, x2]: Box, interpolation: ResizeInterpolation): Tensor4D {
  const [, height, width] = images.shape;
  if (interpolation === 'bilinear') {
    return tf.image.resizeBilinear(images, [y2 - y1, x2 - x1], false, true);
  }
  // Not tfjs' own: it multiplies by a quotient, which is a pixel off for some sizes.
  const rows = tf.gather(images, tf.tensor1d(nearest(height, y2 - y1), 'int32'), 1);
  return tf.gather(rows, tf.tensor1d(nearest(width, x2 - x1), 'int32'), 2);
}

function nearest(from: number, to: number): number[] {
  return Array.from({ length: to }, (_, index) => Math.floor((index * from) / to));
}

// A box a row: all pasted pixels of the batch are made side by side, then every pixel is gathered from those or the own ones.
function pasteEach(
  images: Tensor4D,
  partner: readonly number[],
  boxes: readonly Box[],
  interpolation: ResizeInterpolation,
): Tensor4D {
  const [size, height, width, channels] = images.shape;
  const area = height * width;
  const pixels = tf.reshape(images, [size * area, channels]);
  const taps = tapsOf(partner, boxes, [height, width], interpolation);
  const pasted = taps
    .map(({ index, weight }) => {
      const taken = tf.gather(pixels, tf.tensor1d(index, 'int32')) as Tensor;
      return weight === undefined ? taken : tf.mul(taken, tf.tensor2d(weight, [weight.length, 1]));
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

/** For each pasted pixel, one pixel that it is made of, and its weight where it is not 1. */
interface Tap {
  readonly index: Int32Array;
  readonly weight: Float32Array | undefined;
}

function tapsOf(
  partner: readonly number[],
  boxes: readonly Box[],
  [height, width]: readonly [number, number],
  interpolation: ResizeInterpolation,
): Tap[] {
  const count = boxes.reduce((sum, [y1, x1, y2, x2]) => sum + (y2 - y1) * (x2 - x1), 0);
  const corners = interpolation === 'nearest' ? [[0, 0] as const] : CORNERS;
  return corners.map(([lower, right]) => {
    const index = new Int32Array(count);
    const weight = interpolation === 'nearest' ? undefined : new Float32Array(count);
    let position = 0;
    boxes.forEach(([y1, x1, y2, x2], row) => {
      const start = (partner[row] as number) * height * width;
      const rows = lineTaps(height, y2 - y1, lower, interpolation);
      const columns = lineTaps(width, x2 - x1, right, interpolation);
      for (const [y, vertical] of rows) {
        for (const [x, horizontal] of columns) {
          if (weight !== undefined) weight[position] = vertical * horizontal;
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
function lineTaps(
  from: number,
  to: number,
  which: 0 | 1,
  interpolation: ResizeInterpolation,
): (readonly [pixel: number, weight: number])[] {
  if (interpolation === 'nearest') return nearest(from, to).map((pixel) => [pixel, 1]);
  return Array.from({ length: to }, (_, index) => {
    const position = Math.max(((index + 0.5) * from) / to - 0.5, 0);
    const base = Math.floor(position);
    const share = position - base;
    return [Math.min(base + which, from - 1), which === 1 ? share : 1 - share];
  });
}
