import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { assembleMixed } from './assemble-mixed.js';
import { type Batch, checkBatch, shapeOf } from './batch.js';
import type { MixContext, MixedBatch } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link identity}. */
export interface IdentityPlan extends Plan {
  readonly method: 'identity';
}

/** The mixer that leaves a batch as it is: one source a row, its own, with λ = 1. The result's tensors are the caller's. */
export function identity(
  batch: Batch,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<IdentityPlan> {
  checkBatch('identity', batch);
  const [size, height, width] = shapeOf(batch);
  return assembleMixed(batch, {
    images: tf.clone(batch.images),
    sources: Array.from({ length: size }, (_, row) => [row]),
    lam: Array.from({ length: size }, () => [1]),
    plan: { method: 'identity', shape: [size, height, width] },
    masks: masks ? (tf.ones([size, height, width, 1]) as Tensor4D) : undefined,
  });
}
