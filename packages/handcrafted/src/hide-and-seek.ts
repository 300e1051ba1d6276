import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkInteger,
  checkRange,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Rng,
  shapeOf,
} from '@mix/core';
import { checkDeletion, type DeletionOptions, type DeletionPlan, type Fill } from './deletion-options.js';
import { assembleDeleted } from './internal/assemble-deleted.js';
import { checkEach, checkFits, checkRows, isFields, isNumbers } from './internal/check-plan.js';
import { rowStreams } from './internal/row-streams.js';

/** The cells of one image. */
export interface HiddenCells {
  /** Side of a cell in pixels; those at the bottom and right may be smaller. 0 for no cells. */
  readonly size: number;
  /** 1 for each hidden cell, by row and column; `⌈H/size⌉·⌈W/size⌉` of them. */
  readonly hidden: readonly number[];
}

/** What Hide-and-Seek draws. */
export interface HideAndSeekPlan extends DeletionPlan {
  readonly method: 'hideAndSeek';
  /** For each row, its cells. */
  readonly cells: readonly HiddenCells[];
  /** What hidden pixels become. */
  readonly fill: Fill;
}

/** Options of {@link hideAndSeek}. */
export interface HideAndSeekOptions extends DeletionOptions {
  /**
   * Sides of the cells, one of which is drawn for each image; 0 hides nothing.
   * @defaultValue the paper's [0, 16, 32, 44, 56], and [0, 4, 8] for images under 112 pixels
   */
  readonly sizes?: readonly number[];
  /** Probability that a cell is hidden. @defaultValue 0.5 */
  readonly prob?: number;
}

/**
 * Draws each row's size of cells, then which cells are hidden. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for sizes that are no integers of at least 0, or none.
 */
export function planHideAndSeek(
  shape: BatchShape,
  rng: Rng,
  options: HideAndSeekOptions = {},
): HideAndSeekPlan {
  checkOptions(options);
  const [count, height, width] = shape;
  const usual = Math.min(height, width) < 112 ? [0, 4, 8] : [0, 16, 32, 44, 56];
  const { sizes = usual, prob = 0.5, fill = 0, soften } = options;
  const cells = rowStreams(count, rng.split()).map((own) => {
    const size = own.choice(sizes);
    const length = cellCount(size, [height, width]);
    return { size, hidden: Array.from({ length }, () => (own.uniform() < prob ? 1 : 0)) };
  });
  return { method: 'hideAndSeek', shape, cells, fill, ...(soften && { soften }) };
}

/**
 * Hides the plan's cells; every other pixel is a bitwise copy. Labels stay, unless the plan softens them.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for what is kept, `[B,H,W,1]`.
 * @returns New tensors, the caller's; one source a row, its own, with λ = 1.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for cells that do not cover the image.
 * @see Singh and Lee 2017, https://arxiv.org/abs/1704.04232
 */
export function applyHideAndSeek(
  batch: Batch,
  plan: HideAndSeekPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<HideAndSeekPlan> {
  checkFits('applyHideAndSeek', batch, plan);
  checkDeletion('applyHideAndSeek', plan);
  return assembleDeleted(batch, keptByHideAndSeek('applyHideAndSeek', plan), plan.fill, { plan, masks });
}

/**
 * Hide-and-Seek as a `Mixer`: cuts each image into cells and hides each with probability ½. It mixes nothing: each row has itself as
 * only source.
 *
 * @example
 * ```ts
 * const mix = hideAndSeek({ sizes: [0, 4, 8] });
 * const { images } = mix(batch, { rng });
 * ```
 * @see Singh and Lee 2017, https://arxiv.org/abs/1704.04232
 */
export function hideAndSeek(options: HideAndSeekOptions = {}): Mixer<HideAndSeekPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('hideAndSeek', batch);
    return applyHideAndSeek(batch, planHideAndSeek(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of Hide-and-Seek, and says which of the `B·H·W` pixels it keeps: 1 kept, 0 hidden. */
export function keptByHideAndSeek(where: string, plan: HideAndSeekPlan): Uint8Array {
  checkRows(where, plan, 'hideAndSeek', [plan.cells]);
  const { cells, shape } = plan;
  const [count, height, width] = shape;
  const keep = new Uint8Array(count * height * width).fill(1);
  checkEach(where, 'plan.cells', 'be { size, hidden } of whole numbers', cells, areCells);
  for (const [row, { size, hidden }] of cells.entries()) {
    checkInteger(where, 'plan.cells', size);
    const wanted = cellCount(size, [height, width]);
    if (hidden.length !== wanted) {
      throw invalidArgument(where, 'plan.cells', `hold ${wanted} cells of ${size}`, hidden.length);
    }
    const across = size > 0 ? Math.ceil(width / size) : 0;
    for (const [cell, isHidden] of hidden.entries()) {
      if (isHidden === 0) continue;
      const [top, left] = [Math.floor(cell / across) * size, (cell % across) * size];
      const right = Math.min(left + size, width);
      for (let y = top; y < Math.min(top + size, height); y++) {
        const line = (row * height + y) * width;
        keep.fill(0, line + left, line + right);
      }
    }
  }
  return keep;
}

function areCells(cells: HiddenCells): boolean {
  return isFields(cells) && Array.isArray(cells.hidden) && isNumbers(cells.hidden, cells.hidden.length);
}

function cellCount(size: number, [height, width]: readonly [number, number]): number {
  return size > 0 ? Math.ceil(height / size) * Math.ceil(width / size) : 0;
}

function checkOptions({ sizes, prob = 0.5, ...deletion }: HideAndSeekOptions): void {
  if (sizes !== undefined && !(sizes.length > 0)) {
    throw invalidArgument('hideAndSeek', 'sizes', 'hold at least one side', sizes);
  }
  for (const size of sizes ?? []) checkInteger('hideAndSeek', 'sizes', size);
  checkRange('hideAndSeek', 'prob', prob, 0, 1);
  checkDeletion('hideAndSeek', deletion);
}
