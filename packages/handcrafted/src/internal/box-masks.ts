import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../cutmix-box.js';

/** Masks `[B,H,W,2]`: inside its box a row shows source 1, outside source 0. */
export function boxMasks(boxes: readonly Box[], [height, width]: readonly [number, number]): Tensor4D {
  const masks = new Float32Array(boxes.length * height * width * 2);
  boxes.forEach(([y1, x1, y2, x2], row) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = y >= y1 && y < y2 && x >= x1 && x < x2;
        masks[((row * height + y) * width + x) * 2 + (inside ? 1 : 0)] = 1;
      }
    }
  });
  return tf.tensor4d(masks, [boxes.length, height, width, 2]);
}
