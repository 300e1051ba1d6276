import type { Layer, Layout } from '../layout.js';

/** How the lines of one axis move from a source into the mixed image: `(y − from) · toLength/fromLength + to`. */
export interface AxisMove {
  readonly from: number;
  readonly fromLength: number;
  readonly to: number;
  readonly toLength: number;
}

/** A source as a mixed row shows it. */
export interface ShownSource {
  /** The row of the batch. */
  readonly source: number;
  /** How it moves, down and across. */
  readonly moves: readonly [vertical: AxisMove, horizontal: AxisMove];
  /** Its share of each of the mixed image's pixels, row by row. */
  readonly shares: Float32Array;
  /** Where in its pixel a stretched image was looked up, in halves of a pixel. */
  readonly lookup: 0 | 1;
}

/**
 * What a mixed row shows, from its lowest layer to its highest. Layers that show one source at one place, as where a row is its
 * own partner, count as one.
 */
export function shownSources(layers: readonly Layer[], [height, width]: Layout['size']): ShownSource[] {
  const uncovered = new Float32Array(height * width).fill(1);
  const shown = new Map<string, ShownSource>();
  for (const layer of layers.toReversed()) {
    const [y1, x1, y2, x2] = layer.to;
    if (y1 >= y2 || x1 >= x2) continue;
    const moves = movesOf(layer);
    const key = [layer.source, layer.sampling, ...moves.flatMap(transformOf)].join();
    const below = shown.get(key);
    const shares = below?.shares ?? new Float32Array(height * width);
    addShares(shares, uncovered, layer, width);
    // Set anew, so that the order is that of the lowest layer.
    shown.delete(key);
    const lookup = layer.sampling === 'corner' ? 0 : 1;
    shown.set(key, { source: layer.source, moves, shares, lookup });
  }
  return [...shown.values()].toReversed();
}

function addShares(
  shares: Float32Array,
  uncovered: Float32Array,
  { to: [y1, x1, y2, x2], opacity = 1 }: Layer,
  width: number,
): void {
  for (let y = y1; y < y2; y++) {
    for (let pixel = y * width + x1; pixel < y * width + x2; pixel++) {
      const hides = typeof opacity === 'number' ? opacity : (opacity[pixel] as number);
      const left = uncovered[pixel] as number;
      shares[pixel] = (shares[pixel] as number) + left * hides;
      uncovered[pixel] = left * (1 - hides);
    }
  }
}

function movesOf({ from, to }: Layer): [AxisMove, AxisMove] {
  const along = (axis: 0 | 1): AxisMove => ({
    from: from[axis],
    fromLength: (from[axis + 2] as number) - from[axis],
    to: to[axis],
    toLength: (to[axis + 2] as number) - to[axis],
  });
  return [along(0), along(1)];
}

function transformOf({ from, fromLength, to, toLength }: AxisMove): [scale: number, offset: number] {
  const scale = toLength / fromLength;
  return [scale, to - from * scale];
}

/** Where a coordinate of a source lies in the mixed image. */
export function moved(coordinate: number, move: AxisMove): number {
  return ((coordinate - move.from) * move.toLength) / move.fromLength + move.to;
}
