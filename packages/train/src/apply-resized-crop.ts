import { invalidArgument } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { windowMatrix } from './internal/window-matrix.js';
import type { ResizedCropPlan } from './plan-resized-crop.js';

/**
 * Cuts a window out of each image, makes it as large as the image was, and mirrors it, as planned: two products of matrices on the device.
 * Bicubic values are clipped to `[0,255]`, as those of bytes are.
 *
 * @param images float32 `[B,H,W,C]` of 0 to 255, borrowed.
 * @returns float32 `[B,H,W,C]`, new.
 * @throws MixError `SHAPE` when the plan was drawn for another shape.
 */
export function applyResizedCrop(images: Tensor4D, plan: ResizedCropPlan): Tensor4D {
  const [size, height, width, channels] = images.shape;
  if (plan.shape[0] !== size || plan.shape[1] !== height || plan.shape[2] !== width) {
    throw invalidArgument('applyResizedCrop', 'images', `be [${plan.shape},C], as planned`, images.shape, {
      code: 'SHAPE',
    });
  }
  const { interpolation: mode } = plan;
  const matrices = (
    side: number,
    starts: readonly number[],
    lengths: readonly number[],
    flips?: readonly boolean[],
  ): Tensor3D => {
    const values = new Float32Array(size * side * side);
    for (let image = 0; image < size; image++) {
      const window = { start: starts[image] as number, length: lengths[image] as number, mode };
      values.set(windowMatrix(side, { ...window, mirrored: flips?.[image] ?? false }), image * side * side);
    }
    return tf.tensor3d(values, [size, side, side]);
  };
  return tf.tidy(() => {
    const rows = matrices(height, plan.top, plan.height);
    const columns = matrices(width, plan.left, plan.width, plan.flip);
    const down = tf.matMul(rows, tf.reshape(images, [size, height, width * channels]));
    // [B,H,W,C]: each row of pixels by the matrix of its image.
    const turned = tf.transpose(tf.reshape(down, [size, height, width, channels]), [0, 2, 1, 3]);
    const across = tf.matMul(columns, tf.reshape(turned, [size, width, height * channels]));
    const upright = tf.transpose(tf.reshape(across, [size, width, height, channels]), [0, 2, 1, 3]);
    return (mode === 'bicubic' ? tf.clipByValue(upright, 0, 255) : upright) as Tensor4D;
  });
}
