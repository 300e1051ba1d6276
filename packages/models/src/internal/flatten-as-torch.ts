import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** `[B,H,W,C]` to `[B,C·H·W]` in PyTorch's order, channels outermost: what the weights of a linear layer from there expect. */
export function flattenAsTorch(x: Tensor4D): Tensor2D {
  return tf.tidy(() => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0], -1]));
}
