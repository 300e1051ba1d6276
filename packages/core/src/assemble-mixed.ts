import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from './batch.js';
import { flattenRows } from './internal/flatten-rows.js';
import type { MixedBatch } from './mixer.js';
import type { Plan } from './plan.js';
import { mixTargets } from './targets.js';

/** Parts of a {@link MixedBatch} that a mixer makes itself. */
export interface MixedParts<P extends Plan> {
  /** Mixed images `[B,H,W,C]`; handed over. */
  readonly images: Tensor4D;
  /** For each row, the row of each of its K sources. */
  readonly sources: readonly (readonly number[])[];
  /** For each row, the share of each source. */
  readonly lam: readonly (readonly number[])[];
  /** For each row, the weight of each source's label, where it is not its share. */
  readonly labelWeights?: readonly (readonly number[])[] | undefined;
  /** Masks `[B,H,W,K]`; handed over. */
  readonly masks?: Tensor4D | undefined;
  /** What was drawn. */
  readonly plan: P;
}

/**
 * Completes a mixed batch: uploads sources and λ, and mixes the labels by them.
 *
 * @param batch The batch that was mixed; borrowed, only its labels are read.
 * @param parts What the mixer made.
 * @returns The mixed batch, the caller's.
 */
export function assembleMixed<P extends Plan>(batch: Batch, parts: MixedParts<P>): MixedBatch<P> {
  const { images, masks, plan } = parts;
  const size = parts.sources.length;
  const count = parts.sources[0]?.length ?? 1;
  const upload = (rows: MixedParts<P>['lam'], Numbers: typeof Int32Array | typeof Float32Array): Tensor2D =>
    tf.tensor2d(flattenRows(rows, new Numbers(size * count)), [size, count]);
  const sources = upload(parts.sources, Int32Array);
  const lam = upload(parts.lam, Float32Array);
  const weights = upload(parts.labelWeights ?? parts.lam, Float32Array);
  const targets = mixTargets(batch.labels, sources, weights);
  tf.dispose(weights);
  return { images, targets, sources, lam, plan, ...(masks && { masks }) };
}
