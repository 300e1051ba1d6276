import {
  assembleMixed,
  type Batch,
  blendByMasks,
  invalidArgument,
  type MixedBatch,
  type Plan,
} from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What the masks of a plan are made of, and how. */
export interface MaskDraws<D> {
  /** For each row, what its mask is made of. */
  readonly draws: readonly D[];
  /** The own image's share of each of the H·W pixels. */
  readonly maskOf: (draw: D) => Float32Array;
}

/** What a mixer by masks has drawn, and how a draw becomes a mask. */
export interface MaskedMix<P extends Plan, D> extends MaskDraws<D> {
  readonly plan: P;
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** The mean of each row's mask. */
  readonly lam: readonly number[];
  /** The own label's weight in each row, where it is not `lam`. */
  readonly labelLam?: readonly number[] | undefined;
  /** Whether masks are asked for. */
  readonly masks: boolean;
}

/**
 * Blends every row with its partner by its mask. Equal draws are made into a mask once, and the masks of a batch go to the
 * device in one upload.
 *
 * @throws MixError `INVALID_ARGUMENT` when a mask's mean is not the plan's λ.
 */
export function mixByMasks<P extends Plan, D>(
  where: string,
  batch: Batch,
  { plan, partner, lam, labelLam, draws, maskOf, masks }: MaskedMix<P, D>,
): MixedBatch<P> {
  const sources = partner.map((other, row) => [row, other]);
  const rows = eachOnce(draws, lam, (draw, share) => checkedMask(where, maskOf(draw), share));
  const shared = rows.every((mask) => mask === rows[0]);
  const own = upload(plan, shared ? rows.slice(0, 1) : rows);
  const images = blendByMasks(batch.images, sources, own);
  const both = masks ? bothShares(own, plan.shape[0]) : undefined;
  tf.dispose(own);
  return assembleMixed(batch, {
    images,
    sources,
    lam: lam.map((share) => [share, 1 - share]),
    labelWeights: labelLam?.map((weight) => [weight, 1 - weight]),
    masks: both,
    plan,
  });
}

function checkedMask(where: string, mask: Float32Array, lam: number): Float32Array {
  let sum = 0;
  for (let pixel = 0; pixel < mask.length; pixel++) sum += mask[pixel] as number;
  const mean = sum / mask.length;
  if (!(Math.abs(mean - lam) <= 1e-6)) {
    throw invalidArgument(where, 'plan.lam', `be the mask's mean, ${mean}`, lam);
  }
  return mask;
}

// Each draw once: rows that share one have the very same in a new plan, and an equal one in a plan read back from JSON.
function eachOnce<D, T>(draws: readonly D[], lam: readonly number[], make: (draw: D, lam: number) => T): T[] {
  const made = new Map<string, T>();
  const results: T[] = [];
  for (const [row, draw] of draws.entries()) {
    if (row > 0 && draw === draws[row - 1] && lam[row] === lam[row - 1]) {
      results.push(results[row - 1] as T);
      continue;
    }
    const key = JSON.stringify([draw, lam[row]]);
    const result = made.get(key) ?? make(draw, lam[row] as number);
    made.set(key, result);
    results.push(result);
  }
  return results;
}

function upload({ shape: [, height, width] }: Plan, masks: readonly Float32Array[]): Tensor4D {
  const area = height * width;
  const all = new Float32Array(masks.length * area);
  masks.forEach((mask, row) => {
    all.set(mask, row * area);
  });
  return tf.tensor4d(all, [masks.length, height, width, 1]);
}

function bothShares(own: Tensor4D, size: number): Tensor4D {
  return tf.tidy(() => tf.tile(tf.concat([own, tf.sub(1, own)], 3), [size / own.shape[0], 1, 1, 1]));
}
