import { invalidArgument } from './errors.js';
import { foldPlan } from './internal/fold-plan.js';
import { ofMethod } from './internal/of-method.js';
import type { Plan } from './plan.js';

/** A rectangle, half open: rows `[y1, y2)`, columns `[x1, x2)`. Pixel `(i, j)` covers `[i, i + 1) × [j, j + 1)`. */
export type Box = readonly [y1: number, x1: number, y2: number, x2: number];

/** One image, or a part of it, as a mixed image shows it: the rectangle `from` of the source, in the rectangle `to`. */
export interface Layer {
  /** The row of the batch that is shown. */
  readonly source: number;
  /** What of it, in whole pixels of the source. */
  readonly from: Box;
  /** Where, in whole pixels of the mixed image; `from` is stretched to fit. */
  readonly to: Box;
  /**
   * How much of what lies below the layer hides, in `[0,1]`: a number, or one for each of the mixed image's pixels, row by row.
   * @defaultValue 1
   */
  readonly opacity?: number | Float32Array;
  /** Where in its pixel a stretched image was looked up: in the middle, or in its top left corner. @defaultValue 'centre' */
  readonly sampling?: 'centre' | 'corner';
}

/** The geometry of a plan: what a mixed batch shows, and where. All that label maps, boxes and key points need to follow. */
export interface Layout {
  /** `[height, width]` of the mixed images. */
  readonly size: readonly [height: number, width: number];
  /** For each mixed row, its layers, from the lowest to the highest. What no layer covers shows nothing. */
  readonly rows: readonly (readonly Layer[])[];
}

/** The layouts of plans, by method: `{ cutmix: layoutCutmix, mosaic: layoutMosaic }`. */
// biome-ignore lint/suspicious/noExplicitAny: each function takes its own plan; the plan's method name picks it.
export type Layouts = Readonly<Record<string, (plan: any) => Layout>>;

/**
 * Gives the geometry of a plan. Plans of combinators are taken apart here as in `replay`; those of mixers go to the layout of
 * their method.
 *
 * @param where Name of the public function that was called.
 * @param plan A plan drawn before, also one read back from JSON.
 * @param layouts The layout of each method that occurs.
 * @throws MixError `UNSUPPORTED` for a method without a layout, `INVALID_ARGUMENT` for something that is no plan.
 */
export function layoutOf(where: string, plan: Plan, layouts: Layouts): Layout {
  return foldPlan<Layout>(where, plan, {
    identity: wholeImages,
    around: (_, inner) => inner,
    perSample: ({ choice }, inner) => takeRows(where, choice, inner),
    firstHalf: (_, { size, rows }) => ({ size, rows: rows.slice(0, rows.length / 2) }),
    repeat: (_, all) => ({ size: sameSize(where, all), rows: all.flatMap(({ rows }) => rows) }),
    method: (leaf) =>
      ofMethod(where, leaf, layouts, {
        rule: 'have a layout',
        prefix: 'layout',
        remark: ', if the method places images at all',
      })(leaf),
  });
}

function wholeImages({ shape: [count, height, width] }: Plan): Layout {
  const whole: Box = [0, 0, height, width];
  const rows = Array.from({ length: count }, (_, source) => [{ source, from: whole, to: whole }]);
  return { size: [height, width], rows };
}

function takeRows(where: string, choice: readonly number[], inner: readonly (Layout | null)[]): Layout {
  const size = sameSize(
    where,
    inner.filter((layout) => layout !== null),
  );
  const rows = choice.map((index, row) => {
    const taken = inner[index]?.rows[row];
    if (taken !== undefined) return taken;
    throw invalidArgument(where, 'plan.choice', 'name a plan for each row', choice);
  });
  return { size, rows };
}

function sameSize(where: string, layouts: readonly Layout[]): Layout['size'] {
  const [first] = layouts;
  const alike = layouts.every(({ size }) => size.join() === first?.size.join());
  if (first !== undefined && alike) return first.size;
  const sizes = layouts.map(({ size }) => size);
  throw invalidArgument(where, 'plan.plans', 'make images of one size', sizes, { code: 'SHAPE' });
}
