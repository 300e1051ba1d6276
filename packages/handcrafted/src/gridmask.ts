import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  checkInteger,
  checkRange,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Rng,
  shapeOf,
} from '@mix/core';
import { checkDeletion, type DeletionPlan, type Fill } from './deletion-options.js';
import { drawGrid, type Grid, type GridLayout } from './gridmask-grid.js';
import { checkGridmask, type GridmaskOptions } from './gridmask-options.js';
import { assembleDeleted } from './internal/assemble-deleted.js';
import { checkEach, checkFits, checkRows, isFields, isNumbers } from './internal/check-plan.js';
import { rowStreams } from './internal/row-streams.js';

/** What GridMask draws. */
export interface GridmaskPlan extends DeletionPlan, GridLayout {
  readonly method: 'gridmask';
  /** For each row, its grid, or null where it stays whole. */
  readonly grids: readonly (Grid | null)[];
  /** What deleted pixels become. */
  readonly fill: Fill;
}

/**
 * Draws, for every row anew, whether it is masked, the grid's period, width of stripes, offsets and angle. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @param options With `progress`, the share of the training that is done, which `ramp` needs.
 * @throws MixError `INVALID_ARGUMENT` for options out of range, or `ramp` without `progress`.
 */
export function planGridmask(
  shape: BatchShape,
  rng: Rng,
  { progress, ...options }: GridmaskOptions & Pick<MixContext, 'progress'> = {},
): GridmaskPlan {
  checkGridmask(options);
  const { variant = 'diagonal', deletes = 'squares', prob = 0.8, ramp = false, fill = 0, soften } = options;
  const [size, height, width] = shape;
  const chance = ramp ? prob * checkedProgress(progress) : prob;
  const grids = rowStreams(size, rng.split()).map((own) =>
    own.uniform() < chance ? drawnGrid([height, width], own, options) : null,
  );
  return { method: 'gridmask', shape, variant, deletes, grids, fill, ...(soften && { soften }) };
}

/**
 * Deletes what the plan's grids do not keep; every other pixel is a bitwise copy. Labels stay, unless the plan softens them.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for what is kept, `[B,H,W,1]`.
 * @returns New tensors, the caller's; one source a row, its own, with λ = 1.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a grid without a period.
 * @see Chen et al. 2020, https://arxiv.org/abs/2001.04086
 */
export function applyGridmask(
  batch: Batch,
  plan: GridmaskPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<GridmaskPlan> {
  checkFits('applyGridmask', batch, plan);
  checkDeletion('applyGridmask', plan);
  return assembleDeleted(batch, keptByGridmask('applyGridmask', plan), plan.fill, { plan, masks });
}

/**
 * GridMask as a `Mixer`: deletes a regular grid of squares from most images. It mixes nothing: each row has itself as only source.
 *
 * @example
 * ```ts
 * const mix = gridmask({ period: [96, 224], ramp: true }); // the paper's for ImageNet
 * const { images } = mix(batch, { rng, progress });
 * ```
 * @see Chen et al. 2020, https://arxiv.org/abs/2001.04086
 */
export function gridmask(options: GridmaskOptions = {}): Mixer<GridmaskPlan> {
  checkGridmask(options);
  return (batch, { rng, progress, masks = false }) => {
    checkBatch('gridmask', batch);
    const timed = progress === undefined ? options : { ...options, progress };
    return applyGridmask(batch, planGridmask(shapeOf(batch), rng, timed), { masks });
  };
}

/** Checks a plan of GridMask, and says which of the `B·H·W` pixels it keeps: 1 kept, 0 deleted. */
export function keptByGridmask(where: string, plan: GridmaskPlan): Uint8Array {
  checkRows(where, plan, 'gridmask', [plan.grids]);
  checkChoice(where, 'plan.variant', plan.variant, ['diagonal', 'canvas1.5']);
  checkChoice(where, 'plan.deletes', plan.deletes, ['squares', 'stripes']);
  checkEach(where, 'plan.grids', 'be null, or numbers of a grid', plan.grids, isGridOrNull);
  const [size, height, width] = plan.shape;
  const keep = new Uint8Array(size * height * width).fill(1);
  const pixels = height * width;
  for (const [row, grid] of plan.grids.entries()) {
    if (grid === null) continue;
    checkInteger(where, 'plan.grids.period', grid.period, 1);
    drawGrid(keep.subarray(row * pixels, (row + 1) * pixels), [height, width], grid, plan);
  }
  return keep;
}

function isGridOrNull(grid: Grid | null): boolean {
  if (grid === null) return true;
  if (!isFields(grid)) return false;
  return isNumbers([grid.period, grid.stripe, grid.top, grid.left, grid.angle], 5, 'any');
}

function drawnGrid([height, width]: readonly [number, number], own: Rng, options: GridmaskOptions): Grid {
  const { variant = 'diagonal', period: range, ratio = 0.6, rotate = 360 } = options;
  const side = Math.min(height, width);
  const low = Math.max(Math.trunc(side / 4), 3);
  const [from, to] = range ?? [low, Math.max(side, low + 1)];
  const period = from + own.integer(to - from);
  const stripe =
    variant === 'diagonal'
      ? Math.ceil(period * ratio)
      : ratio === 1
        ? 1 + own.integer(period - 1)
        : Math.min(Math.max(Math.trunc(period * ratio + 0.5), 1), period - 1);
  const top = own.integer(period);
  const left = own.integer(period);
  return { period, stripe, top, left, angle: rotate > 0 ? own.integer(rotate) : 0 };
}

function checkedProgress(progress: number | undefined): number {
  if (progress === undefined) {
    throw invalidArgument('gridmask', 'context.progress', 'be given with ramp, from 0 to 1', progress, {
      remedy: 'Pass steps done / total steps.',
    });
  }
  checkRange('gridmask', 'context.progress', progress, 0, 1);
  return progress;
}
