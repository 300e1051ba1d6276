import { assembleMixed, type Batch, blend, invalidArgument, type MixedBatch, type Plan } from '@mix/core';
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
  const drawn = new Map<string, Float32Array>();
  const rows = draws.map((draw, row) => {
    const key = JSON.stringify([draw, lam[row]]);
    const mask = drawn.get(key) ?? checkedMask(where, maskOf(draw), lam[row] as number);
    drawn.set(key, mask);
    return mask;
  });
  const own = upload(plan, drawn.size === 1 ? rows.slice(0, 1) : rows);
  const images = blend(batch.images, sources, { masks: own });
  const both = masks ? tf.tidy(() => tf.concat([own, tf.sub(1, own)], 3) as Tensor4D) : undefined;
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

// One mask for all rows is repeated on the device.
function upload({ shape: [size, height, width] }: Plan, masks: readonly Float32Array[]): Tensor4D {
  const area = height * width;
  const all = new Float32Array(masks.length * area);
  masks.forEach((mask, row) => {
    all.set(mask, row * area);
  });
  return tf.tidy(() => {
    const tensor = tf.tensor4d(all, [masks.length, height, width, 1]);
    return masks.length === size ? tensor : tf.tile(tensor, [size, 1, 1, 1]);
  });
}
