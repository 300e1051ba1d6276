import type { Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Brings the tokens `[B,T,C]` of every image into another order: `order[t]` says which comes t-th, `inverse[t]` where the t-th
 * goes. The gradient is the way back, not the sum over indices that tfjs makes of any gather's.
 */
export function permuteTokens(tokens: Tensor3D, order: Int32Array, inverse: Int32Array): Tensor3D {
  const permute = (x: Tensor3D, by: Int32Array): Tensor3D =>
    tf.tidy(() => tf.gather(x, tf.tensor1d(by, 'int32'), 1));
  return tf.customGrad((x) => ({
    value: permute(x as Tensor3D, order),
    gradFunc: (dy) => permute(dy as Tensor3D, inverse),
  }))(tokens) as Tensor3D;
}
