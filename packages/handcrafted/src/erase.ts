import { invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Replaces what a mask does not keep. Kept pixels are bitwise copies; nothing of an erased one leaks, not even a NaN.
 *
 * @param images float32 `[B,H,W,C]`, borrowed.
 * @param keep bool `[B,H,W,1]`, borrowed.
 * @param fill One value, one for each channel, or pixels `[B,H,W,C]` (borrowed). @defaultValue 0
 * @returns A new tensor like `images`.
 * @throws MixError `SHAPE` when the fill or the mask does not fit the images.
 */
export function erase(
  images: Tensor4D,
  keep: Tensor4D,
  fill: number | readonly number[] | Tensor4D = 0,
): Tensor4D {
  const [size, height, width, channels] = images.shape;
  if (keep.dtype !== 'bool' || keep.shape.join() !== [size, height, width, 1].join()) {
    throw invalidArgument('erase', 'keep', `be bool [${size},${height},${width},1]`, keep.shape, {
      code: 'SHAPE',
    });
  }
  checkFill(fill, [size, height, width, channels]);
  return tf.tidy(() => tf.where(keep, images, fillTensor(fill))) as Tensor4D;
}

/** Throws unless images of this shape can be filled with it. */
export function checkFill(fill: number | readonly number[] | Tensor4D, shape: Tensor4D['shape']): void {
  if (typeof fill === 'number') return;
  const list = 'dataId' in fill ? undefined : fill;
  const fits =
    list === undefined ? (fill as Tensor4D).shape.join() === shape.join() : list.length === shape[3];
  if (!fits) {
    const got = list ?? (fill as Tensor4D).shape;
    throw invalidArgument('erase', 'fill', `have ${shape[3]} channels, or be pixels [${shape}]`, got, {
      code: 'SHAPE',
    });
  }
}

function fillTensor(fill: number | readonly number[] | Tensor4D): tf.Tensor {
  if (typeof fill === 'number') return tf.scalar(fill);
  return 'dataId' in fill ? fill : tf.tensor1d([...fill]);
}
