import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  checkPositive,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import { checkCentres } from './internal/check-centres.js';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { type Gaussian, gaussianMask, gaussianMean } from './internal/gaussian.js';
import { type MaskDraws, mixByMasks } from './internal/mix-by-masks.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

/** What SmoothMix draws. */
export interface SmoothmixPlan extends Plan {
  readonly method: 'smoothmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, `[row, column]` of the bump's peak, in pixels; between them for even sides, and up to its edge. */
  readonly centres: readonly (readonly [row: number, column: number])[];
  /** For each row, the bump's standard deviation in pixels. */
  readonly deviations: readonly number[];
  /** For each row, the own image's share: 1 − the bump's mean. */
  readonly lam: readonly number[];
  /** For each row, the own label's weight, where it is not `lam`. */
  readonly labelLam?: readonly number[];
}

/** Options of {@link smoothmix}. */
export interface SmoothmixOptions extends PairOptions {
  /** The side whose quarter to half is the standard deviation: the height, or the shorter one. @defaultValue 'height' */
  readonly sigmaBase?: 'height' | 'min';
  /**
   * `mask` weights labels by the share of each image; `openmixup` the other way round, as that library does, to replicate its
   * results. @defaultValue 'mask'
   */
  readonly labels?: 'mask' | 'openmixup';
}

/**
 * Draws partners, centres and standard deviations. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options that do not exist.
 */
export function planSmoothmix(shape: BatchShape, rng: Rng, options: SmoothmixOptions = {}): SmoothmixPlan {
  checkOptions(options);
  const { sigmaBase = 'height', labels = 'mask', ...pairs } = options;
  const [count, height, width] = shape;
  const { partner, draw } = drawPairs('smoothmix', count, rng, pairs);
  const base = sigmaBase === 'min' ? Math.min(height, width) : height;
  const draws = draw((own) => {
    const y = centreOf(own.integer(height), height);
    const centre = [y, centreOf(own.integer(width), width)] as const;
    const deviation = (0.25 + own.uniform() / 4) * base;
    return { centre, deviation, mean: gaussianMean([height, width], bumpOf(centre, deviation)) };
  });
  const means = draws.map(({ mean }) => mean);
  return {
    method: 'smoothmix',
    shape,
    partner,
    centres: draws.map(({ centre }) => centre),
    deviations: draws.map(({ deviation }) => deviation),
    lam: means.map((mean) => 1 - mean),
    ...(labels === 'openmixup' && { labelLam: means }),
  };
}

/**
 * Blends through a Gaussian bump `G = exp(−d²/(2σ²))` that weights the partner: `(1 − G)·x[i] + G·x[partner[i]]`. Labels are
 * weighted by the mean of G.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for values out of range.
 * @see Lee et al. 2020, SmoothMix: A Simple Yet Effective Data Augmentation to Train Robust Classifiers, CVPR workshops
 */
export function applySmoothmix(
  batch: Batch,
  plan: SmoothmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<SmoothmixPlan> {
  checkFits('applySmoothmix', batch, plan);
  const { partner, lam, labelLam } = plan;
  const made = smoothmixMasks('applySmoothmix', plan);
  return mixByMasks('applySmoothmix', batch, { plan, partner, lam, labelLam, masks, ...made });
}

/**
 * SmoothMix as a `Mixer`: the partner fades in through a large Gaussian bump, without edges.
 *
 * @example
 * ```ts
 * const mix = smoothmix({ mode: 'elem' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Lee et al. 2020, SmoothMix: A Simple Yet Effective Data Augmentation to Train Robust Classifiers, CVPR workshops
 */
export function smoothmix(options: SmoothmixOptions = {}): Mixer<SmoothmixPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('smoothmix', batch);
    return applySmoothmix(batch, planSmoothmix(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of SmoothMix, and says what its masks are made of. */
export function smoothmixMasks(where: string, plan: SmoothmixPlan): MaskDraws<Gaussian> {
  const { partner, centres, deviations, lam, labelLam, shape } = plan;
  checkRows(where, plan, 'smoothmix', [partner, centres, deviations, lam, labelLam ?? lam]);
  checkPairs(where, partner, [...lam, ...(labelLam ?? [])]);
  checkCentres(where, centres);
  for (const deviation of deviations) checkPositive(where, 'plan.deviations', deviation);
  return {
    draws: centres.map((centre, row) => bumpOf(centre, deviations[row] as number)),
    maskOf: (bump) => gaussianMask([shape[1], shape[2]], bump, 'partner'),
  };
}

// The middle of the side, moved by a whole number of pixels of up to half a side, towards the middle.
function centreOf(drawn: number, length: number): number {
  return (length - 1) / 2 + Math.trunc(drawn - length / 2);
}

function bumpOf(centre: readonly [number, number], deviation: number): Gaussian {
  return { centre, decay: 1 / (2 * deviation ** 2) };
}

function checkOptions(options: SmoothmixOptions): void {
  const { sigmaBase = 'height', labels = 'mask' } = options;
  checkChoice('smoothmix', 'sigmaBase', sigmaBase, ['height', 'min']);
  checkChoice('smoothmix', 'labels', labels, ['mask', 'openmixup']);
  checkPairing('smoothmix', options);
}
