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
  type Rng,
  type RngState,
  shapeOf,
} from '@mix/core';
import type { DeletionPlan } from './deletion-options.js';
import { finishDeleted } from './internal/assemble-deleted.js';
import { checkFits, checkRows, isNumbers } from './internal/check-plan.js';
import { moveWindows } from './internal/move-windows.js';
import { rowStreams } from './internal/row-streams.js';
import { checkSoften, type SoftenOptions } from './soft-labels.js';

/** How far a window is off its image. */
export type Offset = readonly [rows: number, columns: number];

/** How much of an image a moved window shows: its share of the window, or the intersection over the union of the two. */
export type Visibility = 'area' | 'iou';

/** Normal colours, one for each row and channel. */
export interface SoftCropColours {
  /** The stream that gives them: the plan holds it in their stead. */
  readonly stream: RngState;
  /** Their standard deviation; the mean is 0. */
  readonly deviation: number;
}

/** What a soft crop draws. */
export interface SoftCropPlan extends DeletionPlan {
  readonly method: 'softCrop';
  /** For each row, how far the window moves. */
  readonly offsets: readonly Offset[];
  /** For each row, the colour around its image; or the stream of normal colours and their deviation. */
  readonly background: readonly (readonly number[])[] | SoftCropColours;
  /** How visibility is measured. */
  readonly visibility: Visibility;
}

/** Options of {@link softCrop}. */
export interface SoftCropOptions {
  /** How labels soften with what is visible. */
  readonly soften: SoftenOptions;
  /** Deviation of the offsets in pixels, above 0; 12 is the paper's for images of 32. @defaultValue 12 */
  readonly sigma?: number;
  /** Deviation of the colour around the image, drawn for each row and channel, at least 0. @defaultValue 1 */
  readonly background?: number;
  /** How visibility is measured. @defaultValue 'area' */
  readonly visibility?: Visibility;
}

/** The visible share of an image whose window is off by so much: `v = (H − |r|)(W − |c|)/(H·W)`, or as IoU `v/(2 − v)`. */
export function softCropVisibility(
  [rows, columns]: Offset,
  [height, width]: readonly [height: number, width: number],
  visibility: Visibility = 'area',
): number {
  const shown = (height - Math.abs(rows)) * (width - Math.abs(columns));
  return shown / (visibility === 'iou' ? 2 * height * width - shown : height * width);
}

/**
 * Draws each row's offsets, N(0, sigma²) truncated to the image's height and width and to whole pixels. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planSoftCrop(shape: BatchShape, rng: Rng, options: SoftCropOptions): SoftCropPlan {
  checkOptions(options);
  const { soften, sigma = 12, background = 1, visibility = 'area' } = options;
  const [size, height, width] = shape;
  const own = rng.split();
  const offsets = rowStreams(size, own).map(
    (row): Offset => [drawOffset(height, sigma, row), drawOffset(width, sigma, row)],
  );
  const colours = { stream: own.fork('background').state(), deviation: background };
  return { method: 'softCrop', shape, offsets, background: colours, visibility, soften };
}

/**
 * Shows each image through a window that is off by the plan's offset: pixel (y, x) is the image's at (y + r, x + c), and the
 * background beyond it. Pixels are bitwise copies. Labels soften with the visible share; a blank window's is uniform.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for where the image is seen, `[B,H,W,1]` (its pixels come from elsewhere in it).
 * @returns New tensors, the caller's; one source a row, its own, with λ = 1.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for an offset beyond the image.
 * @see Liu et al. 2023, https://arxiv.org/abs/2211.04625
 */
export function applySoftCrop(
  batch: Batch,
  plan: SoftCropPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<SoftCropPlan> {
  const { offsets, visibility } = plan;
  checkFits('applySoftCrop', batch, plan);
  checkSoftCropPlan('applySoftCrop', plan);
  const [, height, width] = plan.shape;
  const { images, seen } = moveWindows(batch.images, plan, masks);
  const visible = offsets.map((offset) => softCropVisibility(offset, [height, width], visibility));
  return finishDeleted(batch, { images, masks: seen, visible, plan });
}

/**
 * Soft Augmentation's crop as a `Mixer`: aggressive random crops whose labels lose confidence with what is out of sight. It mixes
 * nothing: each row has itself as only source. Use it after flips and normalisation, in place of a padded random crop, and train with
 * `softKl`; `during(softCrop(...), { to: 0.96 })` gives the last epochs whole images, as the paper does.
 *
 * @example
 * ```ts
 * const mix = softCrop({ soften: { numClasses: 10 } });
 * const method = fromMixer(mix, { loss: softKl() });
 * ```
 * @see Liu et al. 2023, https://arxiv.org/abs/2211.04625
 */
export function softCrop(options: SoftCropOptions): Mixer<SoftCropPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('softCrop', batch);
    return applySoftCrop(batch, planSoftCrop(shapeOf(batch), rng, options), { masks });
  };
}

/** Throws unless this is a plan of a soft crop. */
export function checkSoftCropPlan(where: string, plan: SoftCropPlan): void {
  const { offsets, visibility, shape } = plan;
  checkRows(where, plan, 'softCrop', [offsets]);
  if (plan.soften !== undefined) checkSoften(where, plan.soften);
  checkChoice(where, 'plan.visibility', visibility, ['area', 'iou']);
  const [, height, width] = shape;
  for (const offset of offsets) {
    if (isNumbers(offset, 2) && Math.abs(offset[0]) <= height && Math.abs(offset[1]) <= width) continue;
    throw invalidArgument(where, 'plan.offsets', `be whole pixels up to [${height},${width}]`, offset);
  }
}

function drawOffset(limit: number, sigma: number, row: Rng): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const offset = row.normal(0, sigma);
    // Adding 0 keeps −0 out of the plan: JSON does not know it.
    if (Math.abs(offset) <= limit) return Math.trunc(offset) + 0;
  }
  return 0;
}

function checkOptions({ soften, sigma = 12, background = 1, visibility = 'area' }: SoftCropOptions): void {
  checkSoften('softCrop', soften);
  checkPositive('softCrop', 'sigma', sigma);
  checkRange('softCrop', 'background', background, 0, Number.MAX_VALUE);
  checkChoice('softCrop', 'visibility', visibility, ['area', 'iou']);
}
