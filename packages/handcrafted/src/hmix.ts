import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkRange,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import { type Box, boxAround, shareOutside } from './cutmix-box.js';
import { checkAlpha } from './internal/check-alpha.js';
import { checkBoxes } from './internal/check-boxes.js';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { type MaskDraws, mixByMasks } from './internal/mix-by-masks.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

/** What HMix draws. */
export interface HmixPlan extends Plan {
  readonly method: 'hmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, the box that shows the partner alone. */
  readonly boxes: readonly Box[];
  /** For each row, the own image's share: the λ drawn, which the blend outside the box makes up for. */
  readonly lam: readonly number[];
}

/** Options of {@link hmix}. */
export interface HmixOptions extends PairOptions {
  /** λ ~ Beta(alpha, alpha); above 0. @defaultValue 1 */
  readonly alpha?: number;
  /** Share of `1 − λ` that the box takes, in `[0,1]`: 0 is Mixup, 1 the box of CutMix. @defaultValue 0.5 */
  readonly ratio?: number;
}

/**
 * Draws partners, λ and boxes of sides `trunc(H·q)` and `trunc(W·q)`, `q = √((1 − λ)·ratio)`. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planHmix(shape: BatchShape, rng: Rng, options: HmixOptions = {}): HmixPlan {
  checkOptions(options);
  const { alpha = 1, ratio = 0.5, ...pairs } = options;
  const [count, height, width] = shape;
  const { partner, draw } = drawPairs('hmix', count, rng, pairs);
  const draws = draw((own) => {
    const lam = own.beta(alpha, alpha);
    const y = own.integer(height);
    return { lam, box: hmixBox([height, width], lam, ratio, [y, own.integer(width)]) };
  });
  return {
    method: 'hmix',
    shape,
    partner,
    boxes: draws.map(({ box }) => box),
    lam: draws.map(({ lam }) => lam),
  };
}

/**
 * The box of HMix: CutMix's, of `ratio` times the area.
 *
 * @param size `[H,W]` of the image.
 * @param lam The λ drawn.
 * @param ratio Share of `1 − λ` that the box takes.
 * @param centre `[row, column]` of the centre.
 */
export function hmixBox(
  size: readonly [number, number],
  lam: number,
  ratio: number,
  centre: readonly [number, number],
): Box {
  const side = Math.sqrt(1 - lam) * Math.sqrt(ratio);
  return boxAround(size, [Math.trunc(size[0] * side), Math.trunc(size[1] * side)], centre);
}

/**
 * Shows the partner alone inside the box, and outside it a blend of both in which the own image weighs `λ/(1 − area/(H·W))`, so
 * that its share of all is λ exactly, also where the border clips the box.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a box outside the image, or so
 * large that less than λ is left around it.
 * @see Park, Yun and Chun 2022, https://arxiv.org/abs/2208.09913
 */
export function applyHmix(
  batch: Batch,
  plan: HmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<HmixPlan> {
  checkFits('applyHmix', batch, plan);
  const { partner, lam } = plan;
  return mixByMasks('applyHmix', batch, { plan, partner, lam, masks, ...hmixMasks('applyHmix', plan) });
}

/**
 * HMix as a `Mixer`: a smaller box of CutMix, and Mixup around it.
 *
 * @example
 * ```ts
 * const mix = hmix({ ratio: 0.5, mode: 'elem' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Park, Yun and Chun 2022, https://arxiv.org/abs/2208.09913
 */
export function hmix(options: HmixOptions = {}): Mixer<HmixPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('hmix', batch);
    return applyHmix(batch, planHmix(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of HMix, and says what its masks are made of. */
export function hmixMasks(where: string, plan: HmixPlan): MaskDraws<{ box: Box; outside: number }> {
  const { partner, boxes, lam, shape } = plan;
  checkRows(where, plan, 'hmix', [partner, boxes, lam]);
  checkPairs(where, partner, lam);
  const [, height, width] = shape;
  const size = [height, width] as const;
  checkBoxes(where, boxes, size);
  return {
    draws: boxes.map((box, row) => ({ box, outside: ownOutside(where, box, lam[row] as number, size) })),
    maskOf: ({ box: [y1, x1, y2, x2], outside }) => {
      const mask = new Float32Array(height * width).fill(outside);
      for (let y = y1; y < y2; y++) mask.fill(0, y * width + x1, y * width + x2);
      return mask;
    },
  };
}

function ownOutside(where: string, box: Box, lam: number, size: readonly [number, number]): number {
  const share = shareOutside(box, size);
  if (lam > share + 1e-6) {
    throw invalidArgument(where, 'plan.lam', `be at most the share outside the box, ${share}`, lam);
  }
  // Where the box is the whole image, nothing lies outside.
  return share === 0 ? 0 : Math.min(lam / share, 1);
}

function checkOptions({ alpha = 1, ratio = 0.5, ...pairs }: HmixOptions): void {
  checkAlpha('hmix', alpha);
  checkRange('hmix', 'ratio', ratio, 0, 1);
  checkPairing('hmix', pairs);
}
