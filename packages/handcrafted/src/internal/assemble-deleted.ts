import { assembleMixed, type Batch, disposeMixed, type MixedBatch, shapeOf } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { DeletionPlan, Fill } from '../deletion-options.js';
import { checkFill, erase } from '../erase.js';
import { softConfidence, softenTargets } from '../soft-labels.js';

/**
 * Deletes what `keep` (`B·H·W` zeros and ones) does not keep, and completes the batch: each row is its own only source, with λ = 1;
 * its mask is what is kept; its label stays, or softens with the share of pixels that is left.
 */
export function assembleDeleted<P extends DeletionPlan>(
  batch: Batch,
  keep: Uint8Array,
  fill: Fill | Tensor4D,
  { plan, masks }: { readonly plan: P; readonly masks: boolean },
): MixedBatch<P> {
  const [size, height, width] = shapeOf(batch);
  checkFill(fill, batch.images.shape);
  const [images, kept] = tf.tidy(() => {
    const mask = tf.tensor4d(keep, [size, height, width, 1], 'bool');
    const left = keep.includes(0) ? erase(batch.images, mask, fill) : tf.clone(batch.images);
    return [left, masks ? (tf.cast(mask, 'float32') as Tensor4D) : undefined] as const;
  }) as [Tensor4D, Tensor4D | undefined];
  return finishDeleted(batch, { images, masks: kept, visible: visibleShares(keep, size), plan });
}

/** Completes the batch of a deletion whose images are made. */
export function finishDeleted<P extends DeletionPlan>(
  batch: Batch,
  parts: {
    readonly images: Tensor4D;
    readonly masks: Tensor4D | undefined;
    /** Share of each row's image that is left. */
    readonly visible: readonly number[];
    readonly plan: P;
  },
): MixedBatch<P> {
  const { images, masks, visible, plan } = parts;
  const sources = visible.map((_, row) => [row]);
  const mixed = assembleMixed(batch, { images, sources, lam: visible.map(() => [1]), masks, plan });
  const { soften } = plan;
  if (soften === undefined) return mixed;
  const confidence = visible.map((share) => softConfidence(share, soften));
  try {
    const targets = softenTargets(mixed.targets, confidence, soften.numClasses);
    tf.dispose(mixed.targets);
    return { ...mixed, targets };
  } catch (error) {
    disposeMixed(mixed);
    throw error;
  }
}

function visibleShares(keep: Uint8Array, size: number): number[] {
  const pixels = keep.length / size;
  return Array.from({ length: size }, (_, row) => {
    let kept = 0;
    for (let pixel = row * pixels; pixel < (row + 1) * pixels; pixel++) kept += keep[pixel] as number;
    return kept / pixels;
  });
}
