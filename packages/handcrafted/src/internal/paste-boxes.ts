import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../cutmix-box.js';

/** Copies, into each row's box, the partner's pixels at the same place; the rest is the row's own. Copies only. */
export function pasteBoxes(images: Tensor4D, partner: readonly number[], boxes: readonly Box[]): Tensor4D {
  const [first] = boxes;
  if (first === undefined || boxes.every((box) => isEmpty(box))) return tf.clone(images);
  const shared = boxes.every((box) => box.every((edge, index) => edge === first[index]));
  return tf.tidy(() => (shared ? pasteShared(images, partner, first) : pasteEach(images, partner, boxes)));
}

// One box for all rows: slices put together again, which touches each pixel about twice.
function pasteShared(images: Tensor4D, partner: readonly number[], [y1, x1, y2, x2]: Box): Tensor4D {
  const [size, height, width, channels] = images.shape;
  const cut = (top: number, left: number, bottom: number, right: number): Tensor4D =>
    tf.slice(images, [0, top, left, 0], [size, bottom - top, right - left, channels]);
  const index = tf.tensor1d([...partner], 'int32');
  const patch = tf.gather(cut(y1, x1, y2, x2), index);
  const band = join([x1 > 0 && cut(y1, 0, y2, x1), patch, x2 < width && cut(y1, x2, y2, width)], 2);
  return join([y1 > 0 && cut(0, 0, y1, width), band, y2 < height && cut(y2, 0, height, width)], 1);
}

function join(parts: readonly (Tensor4D | false)[], axis: number): Tensor4D {
  return tf.concat(
    parts.filter((part) => part !== false),
    axis,
  );
}

// A box a row: line y of row b comes from the partner within the box. As a gather over runs of whole pixels.
function pasteEach(images: Tensor4D, partner: readonly number[], boxes: readonly Box[]): Tensor4D {
  const [size, height, width, channels] = images.shape;
  const index = new Int32Array(size * height * width);
  let position = 0;
  boxes.forEach(([y1, x1, y2, x2], row) => {
    const own = row * height * width;
    const other = (partner[row] as number) * height * width;
    for (let y = 0; y < height; y++) {
      const inBand = y >= y1 && y < y2;
      for (let x = 0; x < width; x++) {
        index[position++] = (inBand && x >= x1 && x < x2 ? other : own) + y * width + x;
      }
    }
  });
  const pixels = tf.reshape(images, [size * height * width, channels]);
  return tf.reshape(tf.gather(pixels, tf.tensor1d(index, 'int32')), [size, height, width, channels]);
}

function isEmpty([y1, x1, y2, x2]: Box): boolean {
  return y1 === y2 || x1 === x2;
}
