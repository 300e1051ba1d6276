import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  checkPositive,
  checkRange,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  type RngState,
  restoreRng,
  shapeOf,
} from '@mix/core';
import { type FmixSpectrum, fmixGrey, fmixNoiseLength } from './fmix-grey.js';
import { checkAlpha } from './internal/check-alpha.js';
import { checkEach, checkFits, checkPairs, checkRows, isFields, isNumbers } from './internal/check-plan.js';
import { type MaskDraws, mixByMasks } from './internal/mix-by-masks.js';
import { rankMask } from './internal/rank-mask.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

/** What one mask of FMix is made of. */
export interface FmixDraw {
  /** Pixels that show the own image: the sum of the mask. */
  readonly count: number;
  /** Pixels on either side of the edge that blend; 0 for a hard edge. */
  readonly soft: number;
  /** The stream that the noise is drawn from, or the noise itself: the numbers that `fmixGrey` takes. */
  readonly noise: RngState | readonly number[];
}

/** What FMix draws. */
export interface FmixPlan extends Plan {
  readonly method: 'fmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, what its mask is made of. */
  readonly draws: readonly FmixDraw[];
  /** Frequencies fall as `1/f^decay`. */
  readonly decay: number;
  /** Which frequencies there are. */
  readonly spectrum: FmixSpectrum;
  /** For each row, the mean of its mask: `count/(H·W)`. */
  readonly lam: readonly number[];
  /** For each row, the own label's weight, where it is not `lam`. */
  readonly labelLam?: readonly number[];
}

/** Options of {@link fmix}. */
export interface FmixOptions extends PairOptions {
  /** λ ~ Beta(alpha, alpha) is the share of pixels that show the own image; above 0. @defaultValue 1 */
  readonly alpha?: number;
  /** Frequencies of the noise fall as `1/f^decay`: the higher, the smoother; above 0, at most 64. @defaultValue 3 */
  readonly decay?: number;
  /** Share of the pixels, on either side of the edge, that blend instead of switching; in `[0, 0.5]`. @defaultValue 0 */
  readonly maxSoft?: number;
  /** `halfplane`, all frequencies; `published`, those that the published code really uses. @defaultValue 'halfplane' */
  readonly spectrum?: FmixSpectrum;
  /** Weight labels by the mask's mean; `false`, by the λ drawn, less than a pixel apart, as published. @defaultValue true */
  readonly correctLam?: boolean;
  /** Draw λ ~ Beta(alpha + 1, alpha) and let the own label be the only target. @defaultValue false */
  readonly reformulate?: boolean;
}

/**
 * Draws partners, λ and what the masks are made of: counts of pixels, and the streams of their noise, which is drawn when the
 * plan is applied. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planFmix(shape: BatchShape, rng: Rng, options: FmixOptions = {}): FmixPlan {
  checkOptions(options);
  const { alpha = 1, decay = 3, maxSoft = 0, spectrum = 'halfplane', ...others } = options;
  const { correctLam = true, reformulate = false, ...pairs } = others;
  const [count, height, width] = shape;
  const total = height * width;
  const { partner, draw } = drawPairs('fmix', count, rng, pairs);
  const rows = draw((own) => {
    const lam = own.beta(reformulate && alpha < Infinity ? alpha + 1 : alpha, alpha);
    const shown = own.uniform() > 0.5 ? Math.ceil(lam * total) : Math.floor(lam * total);
    const soft = Math.min(Math.trunc(total * Math.min(maxSoft, lam, 1 - lam)), shown, total - shown);
    return { lam, draw: { count: shown, soft, noise: own.fork('noise').state() } };
  });
  const labelLam = reformulate
    ? partner.map(() => 1)
    : correctLam
      ? undefined
      : rows.map(({ lam: drawn }) => drawn);
  const draws = rows.map(({ draw }) => draw);
  const lam = draws.map(({ count: shown }) => shown / total);
  return { method: 'fmix', shape, partner, draws, decay, spectrum, lam, ...(labelLam && { labelLam }) };
}

/**
 * Shows the own image where low-pass noise is bright and the partner where it is dark: `λ·H·W` pixels of the one and the rest of
 * the other. With hard edges every pixel is a bitwise copy. Masks are made on the host, in doubles.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for draws that make no mask.
 * @see Harris et al. 2020, https://arxiv.org/abs/2002.12047
 */
export function applyFmix(
  batch: Batch,
  plan: FmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<FmixPlan> {
  checkFits('applyFmix', batch, plan);
  const { partner, lam, labelLam } = plan;
  return mixByMasks('applyFmix', batch, {
    plan,
    partner,
    lam,
    labelLam,
    masks,
    ...fmixMasks('applyFmix', plan),
  });
}

/**
 * FMix as a `Mixer`: like CutMix, but the region is a blob of any shape, where low-pass noise is below a threshold.
 *
 * @example
 * ```ts
 * const mix = fmix({ alpha: 1, mode: 'elem' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Harris et al. 2020, https://arxiv.org/abs/2002.12047
 */
export function fmix(options: FmixOptions = {}): Mixer<FmixPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('fmix', batch);
    return applyFmix(batch, planFmix(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of FMix, and says what its masks are made of. */
export function fmixMasks(where: string, plan: FmixPlan): MaskDraws<FmixDraw> {
  const { partner, draws, decay, spectrum, lam, labelLam, shape } = plan;
  checkRows(where, plan, 'fmix', [partner, draws, lam, labelLam ?? lam]);
  checkPairs(where, partner, [...lam, ...(labelLam ?? [])]);
  checkPositive(where, 'plan.decay', decay);
  checkChoice(where, 'plan.spectrum', spectrum, ['halfplane', 'published']);
  checkEach(where, 'plan.draws', 'be { count, soft, noise }', draws, isFields);
  const size = [shape[1], shape[2]] as const;
  const length = fmixNoiseLength(size, spectrum);
  const greyOf = fmixGrey(size, { decay, spectrum });
  const maskOf = (draw: FmixDraw): Float32Array => {
    checkDraw(where, draw, shape[1] * shape[2], length);
    return rankMask(greyOf(noiseOf(draw, length)), draw.count, draw.soft);
  };
  return { draws, maskOf };
}

// Pairs of normal numbers by Marsaglia's polar method, both of which count: half of what `rng.normal()` would cost.
function noiseOf({ noise }: FmixDraw, length: number): ArrayLike<number> {
  if (!('key' in noise)) return noise;
  const rng = restoreRng(noise);
  const drawn = new Float64Array(length);
  for (let index = 0; index < length; ) {
    const u = rng.uniform(-1, 1);
    const v = rng.uniform(-1, 1);
    const square = u * u + v * v;
    if (square === 0 || square >= 1) continue;
    const stretch = Math.sqrt((-2 * Math.log(square)) / square);
    drawn[index++] = u * stretch;
    drawn[index++] = v * stretch;
  }
  return drawn;
}

function checkDraw(where: string, draw: FmixDraw, total: number, length: number): void {
  const { count, soft, noise } = draw;
  const whole = Number.isInteger(count) && Number.isInteger(soft);
  if (!whole || soft < 0 || count < soft || count + soft > total) {
    const rule = `have whole numbers 0 ≤ soft ≤ count ≤ ${total} − soft`;
    throw invalidArgument(where, 'plan.draws', rule, { count, soft });
  }
  if (!isFields(noise) && !isNumbers(noise, length, 'any')) {
    throw invalidArgument(
      where,
      'plan.draws',
      `have ${length} numbers of noise`,
      Array.isArray(noise) ? noise.length : noise,
    );
  }
}

function checkOptions(options: FmixOptions): void {
  const { alpha = 1, decay = 3, maxSoft = 0, spectrum = 'halfplane' } = options;
  checkAlpha('fmix', alpha);
  checkPositive('fmix', 'decay', decay);
  checkRange('fmix', 'decay', decay, 0, 64);
  checkRange('fmix', 'maxSoft', maxSoft, 0, 0.5);
  checkChoice('fmix', 'spectrum', spectrum, ['halfplane', 'published']);
  checkPairing('fmix', options);
}
