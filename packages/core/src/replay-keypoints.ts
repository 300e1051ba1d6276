import { checkChoice, checkRange } from './checks.js';
import { invalidArgument } from './errors.js';
import { checkAnnotations } from './internal/check-annotations.js';
import { moved, type ShownSource, shownSources } from './internal/shown-sources.js';
import { type Layout, type Layouts, layoutOf } from './layout.js';
import type { Plan } from './plan.js';

/** A key point of an image; whatever else it has (joint, person, ...) is carried along. */
export interface Keypoint {
  /**
   * `[y, x]` in pixels, fractions allowed. Pixel `(i, j)` covers `[i, i + 1) × [j, j + 1)`, so that the middle of the first is
   * `[0.5, 0.5]`: add ½ to points that count pixels.
   */
  readonly point: readonly [y: number, x: number];
  /** Whether the image shows it. @defaultValue true */
  readonly visible?: boolean;
}

/** What is added to a key point of a mixed image. */
export interface ShownKeypoint extends Keypoint {
  /** Whether its own image and the mixed one show it. */
  readonly visible: boolean;
  /** The row of the batch that it comes from. */
  readonly source: number;
  /** The share of its source in the pixel it lies in; 0 where that lies outside the mixed image. */
  readonly share: number;
}

/** Options of {@link replayKeypoints}. */
export interface ReplayKeypointsOptions {
  /** A pixel shows the sources that have at least such a share of it, in `[0,1]`. @defaultValue 0.05 */
  readonly minShare?: number;
  /** `drop` points that the mixed image hides, or `keep` them, marked as not visible. @defaultValue 'drop' */
  readonly hidden?: 'drop' | 'keep';
}

/**
 * Lets key points follow a mix: they move as their images do, and are kept where the pixel they come to lie in shows their source.
 * Blended images (Mixup, SmoothMix, ...) keep the points of both, with `share` to weight their loss by.
 *
 * @param points For each image of the batch, its key points; borrowed.
 * @param plan The plan that mixed the images, also one read back from JSON.
 * @param layouts The layout of each method that occurs: `{ cutmix: layoutCutmix, mosaic: layoutMosaic }`.
 * @returns For each mixed image, its key points: those of its own image first.
 * @throws MixError `UNSUPPORTED` for a method without a layout, `BATCH_SIZE` when plan and points differ, `INVALID_ARGUMENT` for
 * a point that is none.
 * @example
 * ```ts
 * const mixed = mosaic()(batch, { rng });
 * const points = replayKeypoints([[{ point: [4.5, 7.5], joint: 'knee' }], []], mixed.plan, { mosaic: layoutMosaic });
 * ```
 */
export function replayKeypoints<T extends Keypoint>(
  points: readonly (readonly T[])[],
  plan: Plan,
  layouts: Layouts,
  { minShare = 0.05, hidden = 'drop' }: ReplayKeypointsOptions = {},
): (T & ShownKeypoint)[][] {
  checkRange('replayKeypoints', 'minShare', minShare, 0, 1);
  checkChoice('replayKeypoints', 'hidden', hidden, ['drop', 'keep']);
  const { size, rows } = layoutOf('replayKeypoints', plan, layouts);
  checkAnnotations('replayKeypoints', 'points', points, plan);
  for (const { point } of points.flat()) checkPoint(point);
  return rows.map((layers) =>
    shownSources(layers, size).flatMap((shown) =>
      (points[shown.source] as readonly T[]).flatMap((given) => {
        const { point, share } = place(given.point, shown, size);
        const seen = share > 0 && share >= minShare;
        if (!seen && hidden === 'drop') return [];
        return [{ ...given, point, share, visible: seen && (given.visible ?? true), source: shown.source }];
      }),
    ),
  );
}

function place(
  [y, x]: Keypoint['point'],
  { moves: [vertical, horizontal], shares }: ShownSource,
  [height, width]: Layout['size'],
): Pick<ShownKeypoint, 'point' | 'share'> {
  const point = [moved(y, vertical), moved(x, horizontal)] as const;
  const [row, column] = [Math.floor(point[0]), Math.floor(point[1])];
  const inside = row >= 0 && row < height && column >= 0 && column < width;
  return { point, share: inside ? (shares[row * width + column] as number) : 0 };
}

function checkPoint(point: Keypoint['point']): void {
  if (Array.isArray(point) && point.length === 2 && point.every(Number.isFinite)) return;
  throw invalidArgument('replayKeypoints', 'points', 'have a point [y, x] each', point);
}
