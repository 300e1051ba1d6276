import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer.js';

/**
 * Every `stride`-th row and column, with zero channels added on both sides up to `outChannels`: option A of
 * He et al. 2016, https://arxiv.org/abs/1512.03385, section 4.2.
 */
export function paddedIdentity(outChannels: number, stride: number): Layer {
  return (x) =>
    tf.tidy(() => {
      // A window of one pixel subsamples; tfjs' strided slice has no gradient.
      const sampled = stride === 1 ? x : tf.avgPool(x, 1, stride, 'valid');
      const extra = outChannels - x.shape[3];
      const before = Math.floor(extra / 2);
      return tf.pad(sampled, [
        [0, 0],
        [0, 0],
        [0, 0],
        [before, extra - before],
      ]) as Tensor4D;
    });
}
