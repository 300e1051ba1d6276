import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What our kernels are told besides tensors. tfjs hands it through as it is: lists go as typed arrays, no tensor made of them. */
export type Attrs = Readonly<
  Record<string, number | Int32Array | Float32Array | readonly (number | readonly number[])[]>
>;

/** Runs one of our kernels; `T` are its outputs, a list where there are several. */
export function runKernel<T = Tensor>(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attrs?: object,
): T {
  return tf.engine().runKernel(name, inputs, attrs as NamedAttrMap) as T;
}
