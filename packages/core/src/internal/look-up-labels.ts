import type { Layout } from '../layout.js';
import type { Plan } from '../plan.js';
import { type AxisMove, type ShownSource, shownSources } from './shown-sources.js';

type Size = readonly [height: number, width: number];

/** For each pixel of the mixed maps, one source: the pixel of the flat maps, and its share. */
interface LookedUp {
  readonly index: Int32Array;
  readonly share: Float32Array;
}

/**
 * Where the pixels of mixed label maps come from. A pixel that shows nothing points behind the last pixel of the flat maps.
 *
 * @param sizes Of the maps before and after the mix.
 */
export function lookUp(
  { rows, size }: Layout,
  { shape: [count, height, width] }: Plan,
  { from, to }: { readonly from: Size; readonly to: Size },
): { winners: () => Int32Array; sources: () => LookedUp[] } {
  const area = to[0] * to[1];
  const nothing = count * from[0] * from[1];
  const lines = pixelsBelow(to[0], size[0]);
  const columns = pixelsBelow(to[1], size[1]);
  // Calls back for each pixel of each mixed map and each source that shows in it.
  const visit = (see: (position: number, order: number, share: number, pixel: number) => void): void => {
    rows.forEach((layers, row) => {
      shownSources(layers, size).forEach((shown, order) => {
        const [tall, wide] = shown.moves;
        const ys = sourcePixels(tall, shown, { to: to[0], mixed: size[0], image: height, from: from[0] });
        const xs = sourcePixels(wide, shown, { to: to[1], mixed: size[1], image: width, from: from[1] });
        const first = shown.source * from[0];
        for (let y = 0; y < to[0]; y++) {
          const line = (lines[y] as number) * size[1];
          const start = (first + (ys[y] as number)) * from[1];
          for (let x = 0; x < to[1]; x++) {
            const share = shown.shares[line + (columns[x] as number)] as number;
            if (share > 0) see(row * area + y * to[1] + x, order, share, start + (xs[x] as number));
          }
        }
      });
    });
  };
  return {
    winners: () => {
      const index = new Int32Array(rows.length * area).fill(nothing);
      const best = new Float32Array(rows.length * area);
      const left = new Float32Array(rows.length * area).fill(1);
      visit((position, _, share, pixel) => {
        left[position] = (left[position] as number) - share;
        if (share <= (best[position] as number)) return;
        best[position] = share;
        index[position] = pixel;
      });
      // Nothing is a source like the others.
      best.forEach((share, position) => {
        if ((left[position] as number) > share) index[position] = nothing;
      });
      return index;
    },
    sources: () => {
      const found: LookedUp[] = [];
      visit((position, order, share, pixel) => {
        found[order] ??= {
          index: new Int32Array(rows.length * area).fill(nothing),
          share: new Float32Array(rows.length * area),
        };
        found[order].index[position] = pixel;
        found[order].share[position] = share;
      });
      return found.filter((source) => source !== undefined);
    },
  };
}

/** For each line of a map, the image's line that its middle lies in. */
function pixelsBelow(map: number, image: number): Int32Array {
  return Int32Array.from({ length: map }, (_, index) => Math.floor(((2 * index + 1) * image) / (2 * map)));
}

/** For each line of a mixed map, the line of the source's map; in whole numbers, so that no rounding moves a pixel. */
function sourcePixels(
  { from, fromLength, to, toLength }: AxisMove,
  { lookup }: ShownSource,
  lengths: { readonly to: number; readonly mixed: number; readonly image: number; readonly from: number },
): Int32Array {
  return Int32Array.from({ length: lengths.to }, (_, index) => {
    const inMixed = (2 * index + lookup) * lengths.mixed - 2 * lengths.to * to;
    const inSource = from * 2 * lengths.to * toLength + inMixed * fromLength;
    const line = Math.floor((inSource * lengths.from) / (2 * lengths.to * toLength * lengths.image));
    return Math.min(Math.max(line, 0), lengths.from - 1);
  });
}
