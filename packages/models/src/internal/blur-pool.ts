import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkMap } from './check-map.js';

const ROW = [1, 2, 1] as const;

/**
 * Halves height and width: a mean of 3x3 pixels with the weights `[1,2,1]` either way, at every second pixel, beyond the border
 * reflected. `name` is for messages.
 *
 * @see Zhang 2019, https://arxiv.org/abs/1904.11486
 */
export function blurPool(name: string, x: Tensor4D): Tensor4D {
  checkMap(name, x, 2);
  const channels = x.shape[3];
  return tf.tidy(() => {
    const window = ROW.map((row) => ROW.map((column) => [[(row * column) / 16]]));
    const filter = tf.tile(tf.tensor4d(window), [1, 1, channels, 1]) as Tensor4D;
    return tf.depthwiseConv2d(reflected(reflected(x, 1), 2), filter, 2, 'valid');
  });
}

/** With the line next to either border of the axis 1 or 2 beyond it once more: tfjs' mirrorPad, whose own gradient leaves out the border. */
function reflected(x: Tensor4D, axis: 1 | 2): Tensor4D {
  const line = (at: number): Tensor4D => {
    const [begin, size] = [[0, 0, 0, 0], [...x.shape]];
    begin[axis] = at;
    size[axis] = 1;
    return tf.slice(x, begin as [number, number, number, number], size as typeof x.shape);
  };
  return tf.concat([line(1), x, line(x.shape[axis] - 2)], axis);
}
