import {
  assembleMixed,
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import { checkAlpha } from './internal/check-alpha.js';
import { checkFits, checkRows } from './internal/check-plan.js';
import { checkPoint, checkQuads, quadrantMasks, quadrantShares, quadrants } from './internal/quadrants.js';
import { roundHalfEven } from './internal/round-half-even.js';
import { tileCrops } from './internal/tile-crops.js';

type Point = readonly [y: number, x: number];

/** What RICAP draws. Quadrants in order: top left, bottom left, top right, bottom right. */
export interface RicapPlan extends Plan {
  readonly method: 'ricap';
  /** For each row, the four rows it shows; the first is its own. */
  readonly quads: readonly (readonly number[])[];
  /** For each row, where its quadrants meet. */
  readonly points: readonly (readonly [y: number, x: number])[];
  /** For each row and quadrant, the top left pixel of what is cropped from the source. */
  readonly corners: readonly (readonly (readonly [y: number, x: number])[])[];
}

/** Options of {@link ricap}. */
export interface RicapOptions {
  /** The point's height and width are drawn from Beta(beta, beta); above 0. @defaultValue 0.3 */
  readonly beta?: number;
  /** One point and four crops for all rows, or for each row. @defaultValue 'batch' */
  readonly mode?: 'batch' | 'elem';
}

/**
 * Draws three permutations, the point and the crops. The first quadrant shows the row itself: the published code permutes it
 * too, which gives the same mixed images in another order. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for a beta that is not above 0.
 */
export function planRicap(shape: BatchShape, rng: Rng, options: RicapOptions = {}): RicapPlan {
  checkOptions(options);
  const { beta = 0.3, mode = 'batch' } = options;
  const [count, height, width] = shape;
  const own = rng.split();
  const partners = [1, 2, 3].map((quadrant) => own.fork('partner', quadrant).permutation(count));
  const draws = Array.from({ length: count }, (_, row) => {
    const stream = own.fork('row', mode === 'batch' ? 0 : row);
    const y = roundHalfEven(height * stream.beta(beta, beta));
    const x = roundHalfEven(width * stream.beta(beta, beta));
    const point: Point = [y, x];
    const corners = quadrants([height, width], point).map(
      ([y1, x1, y2, x2]): Point => [
        stream.integer(height - (y2 - y1) + 1),
        stream.integer(width - (x2 - x1) + 1),
      ],
    );
    return { point, corners };
  });
  return {
    method: 'ricap',
    shape,
    quads: draws.map((_, row) => [row, ...partners.map((partner) => partner[row] as number)]),
    points: draws.map(({ point }) => point),
    corners: draws.map(({ corners }) => corners),
  };
}

/**
 * Tiles each image out of four crops; every pixel is a bitwise copy. Labels are weighted by area, `Σ_k (h_k·w_k/(H·W))·y[quads[k]]`.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks: which quadrant shows which source (its pixels come from elsewhere in it).
 * @returns New tensors, the caller's; four sources a row.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a crop outside the image.
 * @see Takahashi et al. 2018, https://arxiv.org/abs/1811.09030
 */
export function applyRicap(
  batch: Batch,
  plan: RicapPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<RicapPlan> {
  checkFits('applyRicap', batch, plan);
  checkRicapPlan('applyRicap', plan);
  const { quads, points } = plan;
  const [, height, width] = plan.shape;
  return assembleMixed(batch, {
    images: tileCrops(batch.images, plan),
    sources: quads,
    lam: points.map((point) => quadrantShares([height, width], point)),
    masks: masks ? quadrantMasks(points, [height, width]) : undefined,
    plan,
  });
}

/**
 * RICAP as a `Mixer`: random crops of four images, tiled around a random point.
 *
 * @example
 * ```ts
 * const mix = ricap({ beta: 0.3 });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Takahashi et al. 2018, https://arxiv.org/abs/1811.09030
 */
export function ricap(options: RicapOptions = {}): Mixer<RicapPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('ricap', batch);
    return applyRicap(batch, planRicap(shapeOf(batch), rng, options), { masks });
  };
}

/** Throws unless this is a plan of RICAP. */
export function checkRicapPlan(where: string, plan: RicapPlan): void {
  const { quads, points, corners, shape } = plan;
  checkRows(where, plan, 'ricap', [quads, points, corners]);
  checkQuads(where, quads);
  const [, height, width] = shape;
  for (const [row, point] of points.entries()) {
    checkPoint(where, 'plan.points', point, [height, width]);
    for (const [quadrant, [y1, x1, y2, x2]] of quadrants([height, width], point).entries()) {
      checkPoint(where, 'plan.corners', corners[row]?.[quadrant], [height - (y2 - y1), width - (x2 - x1)]);
    }
  }
}

function checkOptions({ beta = 0.3, mode = 'batch' }: RicapOptions): void {
  checkAlpha('ricap', beta, 'beta');
  checkChoice('ricap', 'mode', mode, ['batch', 'elem']);
}
