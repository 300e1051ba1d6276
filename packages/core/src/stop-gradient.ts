import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The same values, cut off from what computed them: no gradient flows through, and ops on them need no gradient of their own.
 *
 * @param x Borrowed.
 * @returns A new tensor, the caller's.
 */
export function stopGradient<T extends Tensor>(x: T): T {
  // A custom gradient of no inputs: what its forward function computes is on no tape.
  return tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => [] }))() as T;
}
