import type { Batch, BatchShape } from '@mix/core';
import { applyMixup } from '@mix/handcrafted';
import type * as tf from '@tensorflow/tfjs-core';
import { compare } from '../check.js';
import { type GoldenCase, need, tensor, values } from '../golden-case.js';
import type { Family } from './index.js';
import { compareMixed } from './mixed-outputs.js';

/** The case's images and labels as a batch, and its `[B,H,W]`. */
export function batchOf(golden: GoldenCase): { batch: Batch; shape: BatchShape } {
  const [size, height, width] = need(golden, 'inputs.x').shape as [number, number, number];
  const images = tensor<tf.Tensor4D>(golden, 'inputs.x');
  return {
    batch: { images, labels: tensor<tf.Tensor1D>(golden, 'inputs.labels') },
    shape: [size, height, width],
  };
}

export const mixupFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const partner = values(golden, 'inputs.perm');
  const given = golden.tensors.has('inputs.lam');
  const lam = given ? values(golden, 'inputs.lam') : partner.map(() => golden.draws['lam'] as number);
  const mixed = applyMixup(batch, { method: 'mixup', shape, partner, lam });
  const checks = await compareMixed(golden, mixed);
  if (golden.tensors.has('outputs.lam')) {
    const own = (await mixed.lam.data()).filter((_, index) => index % 2 === 0);
    checks.push(await compare(golden, 'outputs.lam', own));
  }
  return checks;
};
