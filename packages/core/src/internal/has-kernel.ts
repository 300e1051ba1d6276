import * as tf from '@tensorflow/tfjs-core';

/** Whether the current backend has this kernel. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}
