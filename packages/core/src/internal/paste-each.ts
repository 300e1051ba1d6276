import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../layout.js';
import type { Paste } from '../paste-boxes.js';
import { nearestPixels } from './nearest-pixels.js';

/** A box a row: one gather over whole pixels. To be called within a tidy. */
export function pasteEach(images: Tensor4D, { boxes, rows, patches, from }: Required<Paste>): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const [, patchHeight, patchWidth] = patches.shape;
  const area = height * width;
  const index = Int32Array.from({ length: count * area }, (_, pixel) => pixel);
  // Where the patches are other images, their pixels lie behind these.
  const behind = patches === images ? 0 : count * area;
  for (const [row, [y1, x1, y2, x2]] of boxes.entries()) {
    const [fromY1, fromX1, fromY2, fromX2] = from[row] as Box;
    const patch = behind + (rows[row] as number) * patchHeight * patchWidth;
    const lines = nearestPixels(fromY1, fromY2 - fromY1, y2 - y1);
    const columns = nearestPixels(fromX1, fromX2 - fromX1, x2 - x1);
    for (const [y, line] of lines.entries()) {
      const to = row * area + (y1 + y) * width + x1;
      for (const [x, column] of columns.entries()) index[to + x] = patch + line * patchWidth + column;
    }
  }
  const pixels = tf.reshape(images, [count * area, channels]);
  const all = behind === 0 ? pixels : tf.concat([pixels, tf.reshape(patches, [-1, channels])]);
  return tf.reshape(tf.gather(all, tf.tensor1d(index)), images.shape);
}
