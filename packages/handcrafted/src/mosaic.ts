import {
  assembleMixed,
  type Batch,
  type BatchShape,
  checkBatch,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  resample,
  shapeOf,
} from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFits, checkRows } from './internal/check-plan.js';
import {
  checkPoint,
  checkQuads,
  joinQuadrants,
  quadrantMasks,
  quadrantShares,
  quadrants,
} from './internal/quadrants.js';

/** What Mosaic draws. Quadrants in order: top left, bottom left, top right, bottom right. */
export interface MosaicPlan extends Plan {
  readonly method: 'mosaic';
  /** For each row, the four rows it shows; the first is its own. */
  readonly quads: readonly (readonly number[])[];
  /** Where the quadrants of all rows meet. */
  readonly point: readonly [y: number, x: number];
}

/** Options of {@link mosaic}. */
export interface MosaicOptions {
  /** The point lies between these shares of height and width, in `[0,1]`. @defaultValue [0.25, 0.75] */
  readonly between?: readonly [low: number, high: number];
}

/**
 * Draws three permutations and one point for the batch, uniform over whole pixels. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for shares out of order.
 */
export function planMosaic(shape: BatchShape, rng: Rng, options: MosaicOptions = {}): MosaicPlan {
  checkOptions(options);
  const { between: [low, high] = [0.25, 0.75] } = options;
  const [count, height, width] = shape;
  const own = rng.split();
  const partners = [1, 2, 3].map((quadrant) => own.fork('partner', quadrant).permutation(count));
  const stream = own.fork('point');
  const draw = (side: number): number => {
    const first = Math.floor(side * low);
    return first + stream.integer(Math.floor(side * high) - first + 1);
  };
  const point = [draw(height), draw(width)] as const;
  const quads = Array.from({ length: count }, (_, row) => [
    row,
    ...partners.map((partner) => partner[row] as number),
  ]);
  return { method: 'mosaic', shape, quads, point };
}

/**
 * Tiles each image out of four whole ones, resized bilinearly (half-pixel centres, no antialiasing) to their quadrants. Labels are
 * weighted by area.
 *
 * @param batch Borrowed, unchanged. A NaN or infinity spreads over its tile's rows and columns.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks: which quadrant shows which source (its pixels come from elsewhere in it).
 * @returns New tensors, the caller's; four sources a row.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a point outside the image.
 * @see Bochkovskiy et al. 2020, https://arxiv.org/abs/2004.10934
 */
export function applyMosaic(
  batch: Batch,
  plan: MosaicPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<MosaicPlan> {
  checkFits('applyMosaic', batch, plan);
  checkMosaicPlan('applyMosaic', plan);
  const { quads, point } = plan;
  const [, height, width] = plan.shape;
  const shares = quadrantShares([height, width], point);
  const points = quads.map(() => point);
  return assembleMixed(batch, {
    images: tf.tidy(() => tileWhole(batch.images, plan)),
    sources: quads,
    lam: quads.map(() => shares),
    masks: masks ? quadrantMasks(points, [height, width]) : undefined,
    plan,
  });
}

/**
 * Mosaic as a `Mixer`, for classification: four whole images, resized and tiled around a random point.
 *
 * @example
 * ```ts
 * const mix = mosaic();
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Bochkovskiy et al. 2020, https://arxiv.org/abs/2004.10934
 */
export function mosaic(options: MosaicOptions = {}): Mixer<MosaicPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('mosaic', batch);
    return applyMosaic(batch, planMosaic(shapeOf(batch), rng, options), { masks });
  };
}

/** Throws unless this is a plan of Mosaic. */
export function checkMosaicPlan(where: string, plan: MosaicPlan): void {
  checkRows(where, plan, 'mosaic', [plan.quads]);
  checkQuads(where, plan.quads);
  checkPoint(where, 'plan.point', plan.point, [plan.shape[1], plan.shape[2]]);
}

function tileWhole(images: Tensor4D, { quads, point, shape: [, height, width] }: MosaicPlan): Tensor4D {
  const tiles = quadrants([height, width], point).map(([y1, x1, y2, x2], quadrant) => {
    if (y1 === y2 || x1 === x2) return undefined;
    const small = resample(images, { size: [y2 - y1, x2 - x1] });
    const rows = quads.map((quad) => quad[quadrant] as number);
    return rows.every((other, row) => other === row) ? small : tf.gather(small, tf.tensor1d(rows, 'int32'));
  });
  return joinQuadrants(tiles);
}

function checkOptions({ between: [low, high] = [0.25, 0.75] }: MosaicOptions): void {
  if (!(0 <= low && low <= high && high <= 1)) {
    throw invalidArgument('mosaic', 'between', 'be [low, high] with 0 ≤ low ≤ high ≤ 1', [low, high]);
  }
}
