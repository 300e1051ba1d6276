import * as tf from '@tensorflow/tfjs-core';

/** Runs a kernel by its name; its outputs as a list. */
export function runKernel(name: string, inputs: object, attrs: object = {}): tf.Tensor[] {
  return [tf.engine().runKernel(name, inputs as never, attrs as never)].flat() as tf.Tensor[];
}
