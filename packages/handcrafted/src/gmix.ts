import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkRange,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import { checkAlpha } from './internal/check-alpha.js';
import { checkCentres } from './internal/check-centres.js';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { type Gaussian, gaussianMask, gaussianMean } from './internal/gaussian.js';
import { type MaskDraws, mixByMasks } from './internal/mix-by-masks.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

/** What GMix draws. */
export interface GmixPlan extends Plan {
  readonly method: 'gmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, `[row, column]` of the bump's peak. */
  readonly centres: readonly (readonly [row: number, column: number])[];
  /** For each row, the λ drawn: below ½ the bump shows the own image, else the partner. */
  readonly drawn: readonly number[];
  /** For each row, the mean of its mask. */
  readonly lam: readonly number[];
}

/** Options of {@link gmix}. */
export interface GmixOptions extends PairOptions {
  /** λ ~ Beta(alpha, alpha) sets the bump's size; above 0. @defaultValue 1 */
  readonly alpha?: number;
}

type Size = readonly [height: number, width: number];

/**
 * Draws partners, λ and centres. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for an alpha that is not above 0.
 */
export function planGmix(shape: BatchShape, rng: Rng, { alpha = 1, ...pairs }: GmixOptions = {}): GmixPlan {
  checkAlpha('gmix', alpha);
  const [count, height, width] = shape;
  const size = [height, width] as const;
  const { partner, draw } = drawPairs('gmix', count, rng, pairs);
  const draws = draw((own) => {
    const drawn = own.beta(alpha, alpha);
    const y = own.integer(height);
    const centre = [y, own.integer(width)] as const;
    const mean = gaussianMean(size, bumpOf(size, drawn, centre));
    return { drawn, centre, lam: drawn < 0.5 ? mean : 1 - mean };
  });
  return {
    method: 'gmix',
    shape,
    partner,
    centres: draws.map(({ centre }) => centre),
    drawn: draws.map(({ drawn }) => drawn),
    lam: draws.map(({ lam }) => lam),
  };
}

/**
 * Shows one image through a Gaussian bump and the other around it: `k = exp(−π·d²/(l·H·W))` with `l = min(λ, 1 − λ)` and the
 * distance d to the centre, so that the whole bump would weigh `l·H·W` pixels. It weights the own image for λ below ½, else the
 * partner. Labels are weighted by the mask's mean.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for values out of range.
 * @see Park, Yun and Chun 2022, https://arxiv.org/abs/2208.09913
 */
export function applyGmix(
  batch: Batch,
  plan: GmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<GmixPlan> {
  checkFits('applyGmix', batch, plan);
  const { partner, lam } = plan;
  return mixByMasks('applyGmix', batch, { plan, partner, lam, masks, ...gmixMasks('applyGmix', plan) });
}

/**
 * GMix as a `Mixer`: CutMix's region as a Gaussian bump without edges.
 *
 * @example
 * ```ts
 * const mix = gmix({ alpha: 1, mode: 'elem' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Park, Yun and Chun 2022, https://arxiv.org/abs/2208.09913
 */
export function gmix(options: GmixOptions = {}): Mixer<GmixPlan> {
  checkAlpha('gmix', options.alpha ?? 1);
  checkPairing('gmix', options);
  return (batch, { rng, masks = false }) => {
    checkBatch('gmix', batch);
    return applyGmix(batch, planGmix(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of GMix, and says what its masks are made of. */
export function gmixMasks(where: string, plan: GmixPlan): MaskDraws<{ centre: Size; share: number }> {
  const { partner, centres, drawn, lam, shape } = plan;
  checkRows(where, plan, 'gmix', [partner, centres, drawn, lam]);
  checkPairs(where, partner, lam);
  checkCentres(where, centres);
  for (const share of drawn) checkRange(where, 'plan.drawn', share, 0, 1);
  const size = [shape[1], shape[2]] as const;
  return {
    draws: centres.map((centre, row) => ({ centre, share: drawn[row] as number })),
    maskOf: ({ centre, share }) =>
      gaussianMask(size, bumpOf(size, share, centre), share < 0.5 ? 'own' : 'partner'),
  };
}

// A share of 0 would divide by 0: so small a bump is one pixel.
function bumpOf([height, width]: Size, share: number, centre: readonly [number, number]): Gaussian {
  return { centre, decay: Math.PI / (Math.max(Math.min(share, 1 - share), 1e-6) * height * width) };
}
