import * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from './batch-norm.js';
import type { Builder } from './builder.js';
import type { Layer } from './layer.js';

/** Batch normalisation under `name` and a ReLU, before the convolution that they belong to. */
export function createBatchNormRelu(builder: Builder, name: string, channels: number): Layer {
  const bn = createBatchNorm(builder, name, channels);
  return (x, training) =>
    tf.tidy(() => {
      if (bn.usesBatch(training)) return bn.train(x, { relu: true });
      const { scale, offset } = bn.affine();
      return tf.relu(tf.add(tf.mul(x, scale), offset));
    });
}
