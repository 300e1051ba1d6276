import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../cutmix-box.js';

/** Copies, into each row's box, the partner's pixels at the same place; the rest is the row's own. Copies only. */
export function pasteBoxes(images: Tensor4D, partner: readonly number[], boxes: readonly Box[]): Tensor4D {
  if (boxes.every(isEmpty)) return tf.clone(images);
  const shared = sharedBox(boxes);
  return tf.tidy(() => (shared ? pasteShared(images, partner, shared) : pasteEach(images, partner, boxes)));
}

/** The box of all rows, if they have the same one. */
export function sharedBox(boxes: readonly Box[]): Box | undefined {
  const [first] = boxes;
  return boxes.every((box) => box.every((edge, index) => edge === first?.[index])) ? first : undefined;
}

// One box for all rows: slices put together again, which touches each pixel about twice.
function pasteShared(images: Tensor4D, partner: readonly number[], box: Box): Tensor4D {
  const [y1, x1, y2, x2] = box;
  const [size, , , channels] = images.shape;
  const cut = tf.slice(images, [0, y1, x1, 0], [size, y2 - y1, x2 - x1, channels]);
  return replaceBox(images, box, tf.gather(cut, tf.tensor1d([...partner], 'int32')));
}

/** Puts a patch `[B,y2−y1,x2−x1,C]` in place of the box in every row. To be called within a tidy. */
export function replaceBox(images: Tensor4D, [y1, x1, y2, x2]: Box, patch: Tensor4D): Tensor4D {
  const [size, height, width, channels] = images.shape;
  const cut = (top: number, left: number, bottom: number, right: number): Tensor4D =>
    tf.slice(images, [0, top, left, 0], [size, bottom - top, right - left, channels]);
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

/** Whether a box holds no pixel. */
export function isEmpty([y1, x1, y2, x2]: Box): boolean {
  return y1 === y2 || x1 === x2;
}
