import type { Batch, BatchShape, MixedBatch } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compareExactly } from '../check.js';
import { type GoldenCase, need, tensor } from '../golden-case.js';

/** The case's images as a batch of class 0, for methods that leave labels alone. */
export function unlabelledBatch(golden: GoldenCase): { batch: Batch; shape: BatchShape } {
  const [size, height, width] = need(golden, 'inputs.x').shape as [number, number, number];
  const images = tensor<tf.Tensor4D>(golden, 'inputs.x');
  return { batch: { images, labels: tf.zeros<tf.Rank.R1>([size], 'int32') }, shape: [size, height, width] };
}

/** Compares what a deletion keeps, and what it leaves of the images, exactly. */
export async function compareDeleted(golden: GoldenCase, mixed: MixedBatch): Promise<Check[]> {
  // A mask [H,W] is that of every row.
  const shared = need(golden, 'outputs.keep_mask').shape.length === 2;
  const masks = mixed.masks as tf.Tensor4D;
  const kept = shared ? tf.unstack(masks) : [masks];
  return [
    ...(await Promise.all(kept.map((mask) => compareExactly(golden, 'outputs.keep_mask', mask)))),
    await compareExactly(golden, 'outputs.x', mixed.images),
  ];
}
