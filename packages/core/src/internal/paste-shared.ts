import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../layout.js';
import type { Paste } from '../paste-boxes.js';
import { nearestPixels } from './nearest-pixels.js';
import { takeRows } from './take-rows.js';

/** One box for all rows: slices put together again, which touches each pixel about twice. To be called within a tidy. */
export function pasteShared(images: Tensor4D, { boxes, rows, patches, from }: Required<Paste>): Tensor4D {
  const [y1, x1, y2, x2] = boxes[0] as Box;
  const [, height, width] = images.shape;
  const shown = cut(patches, from[0] as Box);
  const sized = resize(resize(shown, 1, y2 - y1), 2, x2 - x1);
  const patch = takeRows(sized, rows.map((row) => [row]), 0); // biome-ignore format: one line
  const around = (box: Box): Tensor4D => cut(images, box);
  const band = join([around([y1, 0, y2, x1]), patch, around([y1, x2, y2, width])], 2);
  return join([around([0, 0, y1, width]), band, around([y2, 0, height, width])], 1);
}

function resize(x: Tensor4D, axis: 1 | 2, to: number): Tensor4D {
  const from = x.shape[axis];
  return from === to ? x : tf.gather(x, tf.tensor1d(nearestPixels(0, from, to)), axis);
}

function cut(x: Tensor4D, [y1, x1, y2, x2]: Box): Tensor4D {
  const [count, , , channels] = x.shape;
  return tf.slice(x, [0, y1, x1, 0], [count, y2 - y1, x2 - x1, channels]);
}

function join(parts: readonly Tensor4D[], axis: number): Tensor4D {
  return tf.concat(
    parts.filter(({ size }) => size > 0),
    axis,
  );
}
