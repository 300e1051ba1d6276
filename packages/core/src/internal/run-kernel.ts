import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What our kernels are told besides tensors. tfjs hands it through as it is: lists go as typed arrays, no tensor made of them. */
export type Attrs = Readonly<
  Record<string, number | Int32Array | Float32Array | readonly (number | readonly number[])[]>
>;

/** Runs one of our kernels, of one output. */
export function runKernel(name: string, inputs: Readonly<Record<string, Tensor>>, attrs: Attrs): Tensor {
  return tf.engine().runKernel(name, inputs, attrs as unknown as NamedAttrMap);
}
