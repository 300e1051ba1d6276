import {
  type Batch,
  type BatchShape,
  checkBatch,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import { type GridmixGrid, gridmixHoles, gridmixMask, gridmixShare } from './gridmix-grid.js';
import { checkGridmixOptions, type GridmixOptions } from './gridmix-options.js';
import { checkFits, checkPairs, checkRows, isFields, isNumbers } from './internal/check-plan.js';
import { type MaskDraws, mixByMasks } from './internal/mix-by-masks.js';
import { drawPairs } from './mode.js';

/** What GridMix draws. */
export interface GridmixPlan extends Plan {
  readonly method: 'gridmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** For each row, where the partner shows. */
  readonly grids: readonly GridmixGrid[];
  /** For each row, the own image's share of pixels. */
  readonly lam: readonly number[];
}

type Size = readonly [height: number, width: number];

/**
 * Draws partners, λ and grids. Numbers only, no tensors; all geometry in doubles.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planGridmix(shape: BatchShape, rng: Rng, options: GridmixOptions = {}): GridmixPlan {
  checkGridmixOptions(options);
  const [count, height, width] = shape;
  const size = [height, width] as const;
  const { partner, draw } = drawPairs('gridmix', count, rng, options);
  const gridOf = options.variant === 'cells' ? drawCells : drawHoles;
  const rows = draw((own) => {
    const grid = gridOf(size, own, options);
    return { grid, share: gridmixShare(size, grid) };
  });
  return {
    method: 'gridmix',
    shape,
    partner,
    grids: rows.map(({ grid }) => grid),
    lam: rows.map(({ share }) => share),
  };
}

/**
 * Shows the partner's pixels in the holes or cells of a grid and the own ones elsewhere; every pixel is a bitwise copy. Labels are
 * weighted by area.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a grid that is none.
 * @see Baek, Bang and Shim 2021, https://doi.org/10.1016/j.patcog.2020.107594
 */
export function applyGridmix(
  batch: Batch,
  plan: GridmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<GridmixPlan> {
  checkFits('applyGridmix', batch, plan);
  const { partner, lam } = plan;
  const made = gridmixMasks('applyGridmix', plan);
  return mixByMasks('applyGridmix', batch, { plan, partner, lam, masks, ...made });
}

/**
 * GridMix as a `Mixer`: many small pieces of the partner in a regular grid, so that both images stay visible all over.
 *
 * Two algorithms bear the name. `holes` (the default) punches a grid of holes into a crop, as public code does; `cells` is the
 * paper's: each cell of a grid over the image shows the own image with probability λ. The paper's loss by cell is not part of it.
 *
 * @example
 * ```ts
 * const mix = gridmix({ variant: 'cells', grid: 4 });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Baek, Bang and Shim 2021, https://doi.org/10.1016/j.patcog.2020.107594
 */
export function gridmix(options: GridmixOptions = {}): Mixer<GridmixPlan> {
  checkGridmixOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('gridmix', batch);
    return applyGridmix(batch, planGridmix(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of GridMix, and says what its masks are made of. */
export function gridmixMasks(where: string, plan: GridmixPlan): MaskDraws<GridmixGrid> {
  const { partner, grids, lam, shape } = plan;
  checkRows(where, plan, 'gridmix', [partner, grids, lam]);
  checkPairs(where, partner, lam);
  for (const grid of grids) checkGrid(where, grid);
  return { draws: grids, maskOf: (grid) => gridmixMask([shape[1], shape[2]], grid) };
}

function drawHoles(size: Size, rng: Rng, options: GridmixOptions): GridmixGrid {
  const { alpha = 1, cropArea = [0.5, 1], cropAspect = [0.5, 2] } = options;
  const { holes = [2, 6], holeAspect = [1, 1] } = options;
  return gridmixHoles(size, {
    lam: rng.beta(alpha, alpha),
    cropArea: rng.uniform(...cropArea),
    cropAspect: rng.uniform(...cropAspect),
    holes: holes[0] + rng.integer(holes[1] - holes[0] + 1),
    holeAspect: rng.uniform(...holeAspect),
    place: [rng.uniform(), rng.uniform()],
  });
}

function drawCells([height, width]: Size, rng: Rng, options: GridmixOptions): GridmixGrid {
  const { alpha = 1, grid = Math.max(height, width) <= 32 ? 4 : 8 } = options;
  const lam = rng.beta(alpha, alpha);
  return { kind: 'cells', own: Array.from({ length: grid * grid }, () => (rng.uniform() < lam ? 1 : 0)) };
}

function checkGrid(where: string, grid: GridmixGrid): void {
  const refuse = (rule: string) => invalidArgument(where, 'plan.grids', rule, grid);
  if (!isFields(grid)) throw refuse("be of kind 'holes' or 'cells'");
  if (grid.kind === 'cells') {
    const count = Array.isArray(grid.own) ? grid.own.length : 0;
    if (
      !Number.isInteger(Math.sqrt(count)) ||
      count === 0 ||
      grid.own.some((own) => own !== 0 && own !== 1)
    ) {
      throw refuse('have a square number of cells, each 0 or 1');
    }
    return;
  }
  const { kind, crop, patch, hole } = grid;
  const whole = isNumbers(crop, 4) && isNumbers(patch, 2) && isNumbers(hole, 2);
  if (kind !== 'holes' || !whole || [...crop, ...hole].some((n) => n < 0) || patch.some((n) => n < 1)) {
    throw refuse("be of kind 'holes' or 'cells', of whole pixels");
  }
}
