import type { Batch, BatchShape } from '@mix/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type GoldenCase, need, tensor } from '../golden-case.js';

/** The case's images and labels as a batch, and its `[B,H,W]`. */
export function batchOf(golden: GoldenCase): { batch: Batch; shape: BatchShape } {
  const [size, height, width] = need(golden, 'inputs.x').shape as [number, number, number];
  const images = tensor<tf.Tensor4D>(golden, 'inputs.x');
  return {
    batch: { images, labels: tensor<tf.Tensor1D>(golden, 'inputs.labels') },
    shape: [size, height, width],
  };
}
