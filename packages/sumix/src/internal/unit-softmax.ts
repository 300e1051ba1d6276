import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Softmax of each row, divided by its L2 norm; that is at least `C^−½`, so nothing guards the division. */
export function unitSoftmax(logits: Tensor2D): Tensor2D {
  const shares = tf.softmax(logits);
  return tf.div(shares, tf.sqrt(tf.sum(tf.square(shares), 1, true)));
}
