import { invalidArgument } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { FlipCropPlan } from './plan-flip-crop.js';

/**
 * Cuts and mirrors each image as planned, with one gather on the device. Pixels from outside the image are those of
 * its mirror image, or 0, which is black as long as the images are not yet normalised.
 *
 * @param images float32 `[B,H,W,C]`, borrowed.
 * @returns float32 `[B,H,W,C]`, new.
 * @throws MixError `SHAPE` when the plan was drawn for another shape.
 */
export function applyFlipCrop(images: Tensor4D, plan: FlipCropPlan): Tensor4D {
  const [size, height, width, channels] = images.shape;
  if (plan.shape[0] !== size || plan.shape[1] !== height || plan.shape[2] !== width) {
    throw invalidArgument('applyFlipCrop', 'images', `be [${plan.shape},C], as planned`, images.shape, {
      code: 'SHAPE',
    });
  }
  const { pixels, outside } = sourcePixels(plan);
  return tf.tidy(() => {
    const flat = tf.reshape(images, [size * height * width, channels]) as Tensor2D;
    const table = outside ? tf.concat([flat, tf.zeros<tf.Rank.R2>([1, channels])]) : flat;
    return tf.reshape(tf.gather(table, tf.tensor1d(pixels, 'int32')), images.shape) as Tensor4D;
  });
}

/** Row of the flattened batch that each pixel comes from; one past the end for black. */
function sourcePixels({ shape, flip, top, left, padding }: FlipCropPlan): {
  pixels: Int32Array;
  outside: boolean;
} {
  const [size, height, width] = shape;
  const black = size * height * width;
  const pixels = new Int32Array(black);
  let outside = false;
  let next = 0;
  const placed = (at: number, side: number): number =>
    padding === 'reflect' ? side - 1 - Math.abs(side - 1 - Math.abs(at)) : at;
  for (let image = 0; image < size; image++) {
    const down = top[image] as number;
    const right = left[image] as number;
    const mirrored = flip[image] as boolean;
    for (let row = down; row < height + down; row++) {
      const y = placed(row, height);
      const start = (image * height + y) * width;
      const rowInside = y >= 0 && y < height;
      for (let column = 0; column < width; column++) {
        const x = placed(right + (mirrored ? width - 1 - column : column), width);
        const inside = rowInside && x >= 0 && x < width;
        outside ||= !inside;
        pixels[next++] = inside ? start + x : black;
      }
    }
  }
  return { pixels, outside };
}
