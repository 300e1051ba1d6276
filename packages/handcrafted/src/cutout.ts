import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkInteger,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Rng,
  shapeOf,
} from '@mix/core';
import type { Box } from './cutmix-box.js';
import { checkDeletion, type DeletionOptions, type DeletionPlan, type Fill } from './deletion-options.js';
import { assembleDeleted } from './internal/assemble-deleted.js';
import { checkFits, checkRows } from './internal/check-plan.js';
import { keepOutside } from './internal/keep-outside.js';
import { rowStreams } from './internal/row-streams.js';

/** What Cutout draws. */
export interface CutoutPlan extends DeletionPlan {
  readonly method: 'cutout';
  /** For each row, the boxes that are deleted. */
  readonly boxes: readonly (readonly Box[])[];
  /** What deleted pixels become. */
  readonly fill: Fill;
}

/** Options of {@link cutout}. */
export interface CutoutOptions extends DeletionOptions {
  /**
   * Side of the square in pixels, rounded down to an even number; 16 is the paper's for CIFAR-10, 8 for CIFAR-100, 20 for SVHN.
   * @defaultValue 16
   */
  readonly length?: number;
  /** Squares in each image. @defaultValue 1 */
  readonly holes?: number;
}

/** The pixels `[y1,x1,y2,x2)` of a square of side `2·⌊length/2⌋` about a centre that lie inside the image. */
export function cutoutBox(
  [height, width]: readonly [height: number, width: number],
  length: number,
  [y, x]: readonly [y: number, x: number],
): Box {
  const half = Math.floor(length / 2);
  return [
    Math.max(y - half, 0),
    Math.max(x - half, 0),
    Math.min(y + half, height),
    Math.min(x + half, width),
  ];
}

/**
 * Draws the squares' centres, uniform over all pixels, for every row anew. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for a length or a number of holes that is no integer above 0.
 */
export function planCutout(shape: BatchShape, rng: Rng, options: CutoutOptions = {}): CutoutPlan {
  checkOptions(options);
  const { length = 16, holes = 1, fill = 0, soften } = options;
  const [size, height, width] = shape;
  const boxes = rowStreams(size, rng.split()).map((own) =>
    Array.from({ length: holes }, () =>
      cutoutBox([height, width], length, [own.integer(height), own.integer(width)]),
    ),
  );
  return { method: 'cutout', shape, boxes, fill, ...(soften && { soften }) };
}

/**
 * Deletes the plan's boxes; every other pixel is a bitwise copy. Labels stay, unless the plan softens them.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for what is kept, `[B,H,W,1]`.
 * @returns New tensors, the caller's; one source a row, its own, with λ = 1.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a box outside the image.
 * @see DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552
 */
export function applyCutout(
  batch: Batch,
  plan: CutoutPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<CutoutPlan> {
  checkFits('applyCutout', batch, plan);
  checkDeletion('applyCutout', plan);
  return assembleDeleted(batch, keptByCutout('applyCutout', plan), plan.fill, { plan, masks });
}

/**
 * Cutout as a `Mixer`: deletes a square at a random place of each image. It mixes nothing: each row has itself as only source.
 *
 * @example
 * ```ts
 * const mix = cutout({ length: 8, soften: { numClasses: 100 } });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552
 */
export function cutout(options: CutoutOptions = {}): Mixer<CutoutPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('cutout', batch);
    return applyCutout(batch, planCutout(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of Cutout, and says which of the `B·H·W` pixels it keeps: 1 kept, 0 deleted. */
export function keptByCutout(where: string, plan: CutoutPlan): Uint8Array {
  checkRows(where, plan, 'cutout', [plan.boxes]);
  return keepOutside(where, plan.boxes, [plan.shape[1], plan.shape[2]]);
}

function checkOptions({ length = 16, holes = 1, ...deletion }: CutoutOptions): void {
  checkInteger('cutout', 'length', length, 1);
  checkInteger('cutout', 'holes', holes, 1);
  checkDeletion('cutout', deletion);
}
