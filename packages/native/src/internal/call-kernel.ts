import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from './native-backend.js';

/**
 * Runs another kernel of this backend within a kernel.
 *
 * @returns Its only output, which the caller disposes or gives away.
 */
export function callKernel(
  backend: NativeBackend,
  name: string,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap = {},
): TensorInfo {
  const config = tf.getKernel(name, 'native');
  if (config === undefined) throw new Error(`there is no native kernel ${name}`);
  const output = config.kernelFunc({ inputs, attrs, backend });
  return Array.isArray(output) ? (output[0] as TensorInfo) : output;
}
