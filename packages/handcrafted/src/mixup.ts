import {
  assembleMixed,
  type Batch,
  type BatchShape,
  blendByLam,
  checkBatch,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkAlpha } from './internal/check-alpha.js';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

/** What Mixup draws. */
export interface MixupPlan extends Plan {
  readonly method: 'mixup';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** The own image's share in each row, in `[0,1]`. */
  readonly lam: readonly number[];
}

/** Options of {@link mixup}. */
export interface MixupOptions extends PairOptions {
  /** λ ~ Beta(alpha, alpha); above 0, `Infinity` is the constant ½. @defaultValue 1 */
  readonly alpha?: number;
  /** Take max(λ, 1 − λ), so that the own image always dominates (MixMatch, DBN-Mix). @defaultValue false */
  readonly fold?: boolean;
}

/**
 * Draws partners and λ ~ Beta(α, α). Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for an alpha that is not above 0.
 */
export function planMixup(
  shape: BatchShape,
  rng: Rng,
  { alpha = 1, fold = false, ...pairs }: MixupOptions = {},
): MixupPlan {
  checkAlpha('mixup', alpha);
  const { partner, draw } = drawPairs('mixup', shape[0], rng, pairs);
  const lam = draw((own) => {
    const drawn = own.beta(alpha, alpha);
    return fold ? Math.max(drawn, 1 - drawn) : drawn;
  });
  return { method: 'mixup', shape, partner, lam };
}

/**
 * Blends each image with its partner's, `λ·x[i] + (1 − λ)·x[partner[i]]`, and the labels alike. A λ of 0 or 1 copies, so
 * that nothing of the discarded image leaks, not even a NaN.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ.
 * @see Zhang et al. 2018, https://arxiv.org/abs/1710.09412
 */
export function applyMixup(
  batch: Batch,
  plan: MixupPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<MixupPlan> {
  checkFits('applyMixup', batch, plan);
  checkMixupPlan('applyMixup', plan);
  const { partner, lam } = plan;
  const shares = lam.map((own) => [own, 1 - own]);
  const sources = partner.map((other, row) => [row, other]);
  return assembleMixed(batch, {
    images: blendByLam(batch.images, sources, shares),
    sources,
    lam: shares,
    masks: masks ? constantMasks(plan.shape, shares) : undefined,
    plan,
  });
}

/**
 * Mixup as a `Mixer`: trains on straight lines between two images and between their labels.
 *
 * @example
 * ```ts
 * const mix = mixup({ alpha: 0.2 });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Zhang et al. 2018, https://arxiv.org/abs/1710.09412
 */
export function mixup(options: MixupOptions = {}): Mixer<MixupPlan> {
  checkAlpha('mixup', options.alpha ?? 1);
  checkPairing('mixup', options);
  return (batch, { rng, masks = false }) => {
    checkBatch('mixup', batch);
    return applyMixup(batch, planMixup(shapeOf(batch), rng, options), { masks });
  };
}

/** Throws unless this is a plan of Mixup. */
export function checkMixupPlan(where: string, plan: MixupPlan): void {
  checkRows(where, plan, 'mixup', [plan.partner, plan.lam]);
  checkPairs(where, plan.partner, plan.lam);
}

function constantMasks([size, height, width]: BatchShape, shares: readonly (readonly number[])[]): Tensor4D {
  return tf.tidy(() => tf.tile(tf.tensor4d(shares.flat(), [size, 1, 1, 2]), [1, height, width, 1]));
}
