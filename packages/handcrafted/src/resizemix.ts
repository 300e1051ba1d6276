import {
  assembleMixed,
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import { type Box, boxAround, shareOutside } from './cutmix-box.js';
import { boxMasks } from './internal/box-masks.js';
import { checkAlpha } from './internal/check-alpha.js';
import { checkBoxes, checkBoxShares } from './internal/check-boxes.js';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { pasteResized, type ResizeInterpolation } from './internal/paste-resized.js';
import { checkPairing, drawPairs, type PairOptions } from './mode.js';

export type { ResizeInterpolation };

/** What ResizeMix draws. */
export interface ResizemixPlan extends Plan {
  readonly method: 'resizemix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, the box that shows the whole partner, resized. */
  readonly boxes: readonly Box[];
  /** How pixels between pixels are made. */
  readonly interpolation: ResizeInterpolation;
  /** For each row, the own image's share of pixels. */
  readonly lam: readonly number[];
}

/** Options of {@link resizemix}. */
export interface ResizemixOptions extends PairOptions {
  /** Range of τ, the box's sides as a share of the image's, in `(0,1]`. @defaultValue [0.1, 0.8] */
  readonly scope?: readonly [low: number, high: number];
  /** Draw τ from Beta(alpha, alpha), and uniformly from `scope` where that lies outside it. @defaultValue uniformly */
  readonly alpha?: number;
  /** `nearest` copies pixels, `bilinear` blends four. @defaultValue 'nearest' */
  readonly interpolation?: ResizeInterpolation;
  /** `centre` puts the box's centre anywhere and clips it, `inside` keeps all of it inside. @defaultValue 'centre' */
  readonly placement?: 'centre' | 'inside';
}

type Size = readonly [height: number, width: number];

/**
 * Draws partners, τ and boxes. Numbers only, no tensors; all geometry in doubles.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planResizemix(shape: BatchShape, rng: Rng, options: ResizemixOptions = {}): ResizemixPlan {
  checkOptions(options);
  const { scope = [0.1, 0.8], alpha, interpolation = 'nearest', placement = 'centre', ...pairs } = options;
  const [count, height, width] = shape;
  const size = [height, width] as const;
  const { partner, draw } = drawPairs('resizemix', count, rng, pairs);
  const boxes = draw((own) => {
    const tau = drawTau(own, scope, alpha);
    const sides = [Math.trunc(height * tau), Math.trunc(width * tau)] as const;
    return placement === 'inside' ? drawInside(size, sides, own) : drawAround(size, sides, own);
  });
  const lam = boxes.map((box) => shareOutside(box, size));
  return { method: 'resizemix', shape, partner, boxes, interpolation, lam };
}

/**
 * Pastes the whole partner, resized to the box, so that what was pasted always holds the partner's object. Labels are weighted by
 * area. Where the border clips the box, the partner is squeezed into what is left; an empty box leaves the row as it is.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a box outside the image.
 * @see Qin et al. 2020, https://arxiv.org/abs/2012.11101
 */
export function applyResizemix(
  batch: Batch,
  plan: ResizemixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<ResizemixPlan> {
  const { partner, boxes, interpolation, lam } = plan;
  checkFits('applyResizemix', batch, plan);
  checkResizemixPlan('applyResizemix', plan);
  const [, height, width] = plan.shape;
  return assembleMixed(batch, {
    images: pasteResized(batch.images, partner, boxes, interpolation),
    sources: partner.map((other, row) => [row, other]),
    lam: lam.map((own) => [own, 1 - own]),
    masks: masks ? boxMasks(boxes, [height, width]) : undefined,
    plan,
  });
}

/**
 * ResizeMix as a `Mixer`: the partner, shrunk, in a box.
 *
 * @example
 * ```ts
 * const mix = resizemix({ scope: [0.1, 0.8], mode: 'elem' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Qin et al. 2020, https://arxiv.org/abs/2012.11101
 */
export function resizemix(options: ResizemixOptions = {}): Mixer<ResizemixPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('resizemix', batch);
    return applyResizemix(batch, planResizemix(shapeOf(batch), rng, options), { masks });
  };
}

/** Throws unless this is a plan of ResizeMix. */
export function checkResizemixPlan(where: string, plan: ResizemixPlan): void {
  const { partner, boxes, interpolation, lam, shape } = plan;
  checkRows(where, plan, 'resizemix', [partner, boxes, lam]);
  checkPairs(where, partner, lam);
  checkChoice(where, 'plan.interpolation', interpolation, ['nearest', 'bilinear']);
  checkBoxes(where, boxes, [shape[1], shape[2]]);
  checkBoxShares(where, boxes, lam, [shape[1], shape[2]]);
}

function drawTau(rng: Rng, scope: readonly [number, number], alpha: number | undefined): number {
  const drawn = alpha === undefined ? Number.NaN : rng.beta(alpha, alpha);
  return drawn >= scope[0] && drawn <= scope[1] ? drawn : rng.uniform(...scope);
}

function drawAround(size: Size, sides: Size, rng: Rng): Box {
  const row = rng.integer(size[0]);
  return boxAround(size, sides, [row, rng.integer(size[1])]);
}

function drawInside(size: Size, sides: Size, rng: Rng): Box {
  const top = rng.integer(size[0] - sides[0] + 1);
  const left = rng.integer(size[1] - sides[1] + 1);
  return [top, left, top + sides[0], left + sides[1]];
}

function checkOptions(options: ResizemixOptions): void {
  const { scope = [0.1, 0.8], alpha, interpolation = 'nearest', placement = 'centre' } = options;
  const [low, high] = scope;
  if (!(0 < low && low <= high && high <= 1)) {
    throw invalidArgument('resizemix', 'scope', 'be [low, high] with 0 < low ≤ high ≤ 1', scope);
  }
  if (alpha !== undefined) checkAlpha('resizemix', alpha);
  checkChoice('resizemix', 'interpolation', interpolation, ['nearest', 'bilinear']);
  checkChoice('resizemix', 'placement', placement, ['centre', 'inside']);
  checkPairing('resizemix', options);
}
