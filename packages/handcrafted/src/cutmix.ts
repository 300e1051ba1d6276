import {
  assembleMixed,
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  checkRange,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  pasteBoxes,
  type Rng,
  shapeOf,
} from '@mix/core';
import { type Box, cutmixBox, drawBoxMinMax, drawCentre, shareOutside } from './cutmix-box.js';
import { boxMasks } from './internal/box-masks.js';
import { checkAlpha } from './internal/check-alpha.js';
import { checkBoxes, checkBoxShares } from './internal/check-boxes.js';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

/** What CutMix draws. */
export interface CutmixPlan extends Plan {
  readonly method: 'cutmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, the box that shows the partner. */
  readonly boxes: readonly Box[];
  /** For each row, the own image's share of pixels: `1 − area/(H·W)` of the box. */
  readonly lam: readonly number[];
  /** For each row, the own label's weight, where it is not `lam`. */
  readonly labelLam?: readonly number[];
}

/** Options of {@link cutmix}. */
export interface CutmixOptions extends PairOptions {
  /** λ ~ Beta(alpha, alpha) sets the box's size; above 0. @defaultValue 1 */
  readonly alpha?: number;
  /**
   * Draw the box's sides uniformly between these shares of the image's instead, and the box wholly inside; `alpha`, `margin`
   * and `box` play no part then. timm's `cutmix_minmax`.
   */
  readonly ratioMinMax?: readonly [low: number, high: number];
  /**
   * Weight labels by the pixels really shown. `false` weights them by the λ drawn, as timm's `correct_lam=False`; `lam`
   * of the mixed batch stays the share of pixels. @defaultValue true
   */
  readonly correctLam?: boolean;
  /** Keep the centre this share of the box's side away from the border, in `[0, 0.5]`. @defaultValue 0 */
  readonly margin?: number;
  /** `even` rounds sides down to even numbers as the published code does, `exact` does not. @defaultValue 'even' */
  readonly box?: 'even' | 'exact';
}

/**
 * Draws partners, λ and boxes. Numbers only, no tensors; all geometry in doubles.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for an alpha that is not above 0, or a `ratioMinMax` that holds no side.
 */
export function planCutmix(shape: BatchShape, rng: Rng, options: CutmixOptions = {}): CutmixPlan {
  checkOptions(options);
  const { alpha = 1, ratioMinMax, correctLam = true, margin = 0, box = 'even', ...pairs } = options;
  const [count, height, width] = shape;
  const size = [height, width] as const;
  if (ratioMinMax !== undefined) checkSides(size, ratioMinMax);
  const { partner, draw } = drawPairs('cutmix', count, rng, pairs);
  const draws = draw((own) => {
    if (ratioMinMax !== undefined) return { box: drawBoxMinMax(size, ratioMinMax, own), drawn: undefined };
    const drawn = own.beta(alpha, alpha);
    const centre = drawCentre(size, drawn, margin, own);
    return { box: cutmixBox(size, drawn, centre, box === 'exact'), drawn };
  });
  const boxes = draws.map((draw) => draw.box);
  const lam = boxes.map((cut) => shareOutside(cut, size));
  const labelLam = correctLam ? undefined : draws.map(({ drawn }, row) => drawn ?? (lam[row] as number));
  return { method: 'cutmix', shape, partner, boxes, lam, ...(labelLam && { labelLam }) };
}

/**
 * Shows the partner's pixels inside the box and the own ones outside; every pixel is a bitwise copy. Labels are weighted by
 * area.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a box outside the image.
 * @see Yun et al. 2019, https://arxiv.org/abs/1905.04899
 */
export function applyCutmix(
  batch: Batch,
  plan: CutmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<CutmixPlan> {
  const { partner, boxes, lam, labelLam } = plan;
  checkFits('applyCutmix', batch, plan);
  checkCutmixPlan('applyCutmix', plan);
  const [, height, width] = plan.shape;
  return assembleMixed(batch, {
    images: pasteBoxes(batch.images, { boxes, rows: partner }),
    sources: partner.map((other, row) => [row, other]),
    lam: lam.map((own) => [own, 1 - own]),
    labelWeights: labelLam?.map((own) => [own, 1 - own]),
    masks: masks ? boxMasks(boxes, [height, width]) : undefined,
    plan,
  });
}

/**
 * CutMix as a `Mixer`: replaces one rectangle of each image by the same rectangle of its partner.
 *
 * @example
 * ```ts
 * const mix = cutmix({ alpha: 1, mode: 'elem' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Yun et al. 2019, https://arxiv.org/abs/1905.04899
 */
export function cutmix(options: CutmixOptions = {}): Mixer<CutmixPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('cutmix', batch);
    return applyCutmix(batch, planCutmix(shapeOf(batch), rng, options), { masks });
  };
}

/** Throws unless this is a plan of CutMix. */
export function checkCutmixPlan(where: string, plan: CutmixPlan): void {
  const { partner, boxes, lam, labelLam, shape } = plan;
  checkRows(where, plan, 'cutmix', [partner, boxes, lam, labelLam ?? lam]);
  checkPairs(where, partner, [...lam, ...(labelLam ?? [])]);
  checkBoxes(where, boxes, [shape[1], shape[2]]);
  checkBoxShares(where, boxes, lam, [shape[1], shape[2]]);
}

function checkOptions({ alpha = 1, margin = 0, ratioMinMax, box = 'even', ...pairs }: CutmixOptions): void {
  checkAlpha('cutmix', alpha);
  checkChoice('cutmix', 'box', box, ['even', 'exact']);
  checkPairing('cutmix', pairs);
  checkRange('cutmix', 'margin', margin, 0, 0.5);
  if (ratioMinMax !== undefined) {
    const [low, high] = ratioMinMax;
    if (!(0 <= low && low < high && high <= 1)) {
      throw invalidArgument('cutmix', 'ratioMinMax', 'be [low, high] with 0 ≤ low < high ≤ 1', ratioMinMax);
    }
  }
}

function checkSides(size: readonly [number, number], [low, high]: readonly [number, number]): void {
  if (size.some((limit) => Math.trunc(limit * low) >= Math.trunc(limit * high))) {
    throw invalidArgument('cutmix', 'ratioMinMax', `leave a side to draw in [H,W]=[${size}]`, [low, high]);
  }
}
