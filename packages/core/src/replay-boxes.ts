import { checkRange } from './checks.js';
import { invalidArgument } from './errors.js';
import { checkAnnotations } from './internal/check-annotations.js';
import { type AxisMove, moved, type ShownSource, shownSources } from './internal/shown-sources.js';
import { type Box, type Layout, type Layouts, layoutOf } from './layout.js';
import type { Plan } from './plan.js';

/** An object of an image; whatever else it has (label, id, score, ...) is carried along. */
export interface BoxedObject {
  /** `[y1,x1,y2,x2]` in pixels, fractions allowed; pixel `(i, j)` covers `[i, i + 1) × [j, j + 1)`. */
  readonly box: Box;
}

/** What is added to an object that a mixed image shows. Its `box` is the part that is visible. */
export interface ShownBox extends BoxedObject {
  /** The row of the batch that it comes from. */
  readonly source: number;
  /** The visible share of its area, in `(0,1]`. */
  readonly visible: number;
  /** The mean share of its source in the visible pixels, in `(0,1]`: below 1 where images are blended. */
  readonly share: number;
}

/** Options of {@link replayBoxes}. */
export interface ReplayBoxesOptions {
  /** Objects are dropped of whose area less is visible, in `[0,1]`. @defaultValue 0.1 */
  readonly minVisible?: number;
  /** A source is visible in the pixels that show at least so much of it, in `[0,1]`. @defaultValue 0.05 */
  readonly minShare?: number;
}

/**
 * Lets the boxes of objects follow a mix. A mixed image has the objects of all its sources, moved and scaled as their images were.
 * Each box shrinks to the smallest one around the pixels in which its source is visible, and objects of which too little is left
 * are dropped. Blended images (Mixup, SmoothMix, ...) keep the objects of both, with `share` to weight their loss by.
 *
 * @param objects For each image of the batch, its objects; borrowed.
 * @param plan The plan that mixed the images, also one read back from JSON.
 * @param layouts The layout of each method that occurs: `{ cutmix: layoutCutmix, mosaic: layoutMosaic }`.
 * @returns For each mixed image, its objects: those of its own image first.
 * @throws MixError `UNSUPPORTED` for a method without a layout, `BATCH_SIZE` when plan and objects differ, `INVALID_ARGUMENT` for
 * a box without area.
 * @example
 * ```ts
 * const mixed = cutmix()(batch, { rng });
 * const objects = replayBoxes([[{ box: [4, 4, 20, 12], label: 7 }], []], mixed.plan, { cutmix: layoutCutmix });
 * ```
 */
export function replayBoxes<T extends BoxedObject>(
  objects: readonly (readonly T[])[],
  plan: Plan,
  layouts: Layouts,
  { minVisible = 0.1, minShare = 0.05 }: ReplayBoxesOptions = {},
): (T & ShownBox)[][] {
  checkRange('replayBoxes', 'minVisible', minVisible, 0, 1);
  checkRange('replayBoxes', 'minShare', minShare, 0, 1);
  const { size, rows } = layoutOf('replayBoxes', plan, layouts);
  checkAnnotations('replayBoxes', 'objects', objects, plan);
  for (const { box } of objects.flat()) checkBox(box);
  return rows.map((layers) =>
    shownSources(layers, size).flatMap((shown) =>
      (objects[shown.source] as readonly T[]).flatMap((object) => {
        const left = visiblePart(object.box, shown, size, minShare);
        return left !== undefined && left.visible >= minVisible
          ? [{ ...object, ...left, source: shown.source }]
          : [];
      }),
    ),
  );
}

function visiblePart(
  box: Box,
  { moves: [vertical, horizontal], shares }: ShownSource,
  [height, width]: Layout['size'],
  minShare: number,
): Omit<ShownBox, 'source'> | undefined {
  const [top, bottom] = span(box[0], box[2], vertical);
  const [left, right] = span(box[1], box[3], horizontal);
  let [y1, x1, y2, x2] = [bottom, right, top, left];
  let area = 0;
  let weight = 0;
  for (let y = Math.max(Math.floor(top), 0); y < Math.min(bottom, height); y++) {
    const [above, below] = [Math.max(y, top), Math.min(y + 1, bottom)];
    for (let x = Math.max(Math.floor(left), 0); x < Math.min(right, width); x++) {
      const share = shares[y * width + x] as number;
      if (share === 0 || share < minShare) continue;
      const [start, end] = [Math.max(x, left), Math.min(x + 1, right)];
      const covered = (below - above) * (end - start);
      area += covered;
      weight += covered * share;
      y1 = Math.min(y1, above);
      y2 = Math.max(y2, below);
      x1 = Math.min(x1, start);
      x2 = Math.max(x2, end);
    }
  }
  if (area === 0) return undefined;
  const whole = (bottom - top) * (right - left);
  return { box: [y1, x1, y2, x2], visible: Math.min(area / whole, 1), share: Math.min(weight / area, 1) };
}

function span(low: number, high: number, move: AxisMove): [number, number] {
  return [moved(low, move), moved(high, move)];
}

function checkBox(box: Box): void {
  const finite = Array.isArray(box) && box.length === 4 && box.every(Number.isFinite);
  if (finite && box[0] < box[2] && box[1] < box[3]) return;
  throw invalidArgument('replayBoxes', 'objects', 'have boxes [y1,x1,y2,x2] with y1 < y2 and x1 < x2', box);
}
