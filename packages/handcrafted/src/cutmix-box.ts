import type { Box, Rng } from '@mix/core';

export type { Box };

/**
 * The box that CutMix cuts: sides `trunc(H·√(1 − λ))` and `trunc(W·√(1 − λ))` around a centre, clipped at the border.
 *
 * @param size `[H,W]` of the image.
 * @param lam Share that should stay, in `[0,1]`.
 * @param centre `[row, column]` of the centre.
 * @param exact Keep odd sides. The published code halves first, so that a side of 31 cuts 30 and a side of 1 cuts nothing.
 */
export function cutmixBox(
  size: readonly [number, number],
  lam: number,
  centre: readonly [number, number],
  exact = false,
): Box {
  const ratio = Math.sqrt(1 - lam);
  return boxAround(size, [Math.trunc(size[0] * ratio), Math.trunc(size[1] * ratio)], centre, exact);
}

/**
 * The box of whole sides around a centre, clipped at the border; sides are rounded down to even numbers unless `exact`.
 *
 * @param size `[H,W]` of the image.
 * @param sides `[height, width]` of the box.
 * @param centre `[row, column]` of the centre.
 */
export function boxAround(
  [height, width]: readonly [number, number],
  sides: readonly [number, number],
  [row, column]: readonly [number, number],
  exact = false,
): Box {
  const [y1, y2] = span(row, sides[0], height, exact);
  const [x1, x2] = span(column, sides[1], width, exact);
  return [y1, x1, y2, x2];
}

/** The own image's share outside a box: `1 − area/(H·W)`. */
export function shareOutside([y1, x1, y2, x2]: Box, [height, width]: readonly [number, number]): number {
  return 1 - ((y2 - y1) * (x2 - x1)) / (height * width);
}

function span(centre: number, side: number, limit: number, exact: boolean): [number, number] {
  const start = centre - Math.floor(side / 2);
  const end = exact ? start + side : centre + Math.floor(side / 2);
  return [clip(start, limit), clip(end, limit)];
}

function clip(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}

/** Draws a centre uniformly over the pixels; `margin` keeps it that share of the box's side away from the border. */
export function drawCentre(
  [height, width]: readonly [number, number],
  lam: number,
  margin: number,
  rng: Rng,
): readonly [number, number] {
  const ratio = Math.sqrt(1 - lam);
  const draw = (limit: number): number => {
    const inset = Math.trunc(margin * Math.trunc(limit * ratio));
    return inset + rng.integer(Math.max(limit - 2 * inset, 1));
  };
  const row = draw(height);
  return [row, draw(width)];
}

/**
 * Draws a box of a side ratio between `low` and `high`, wholly inside the image; timm's `cutmix_minmax`. Upper ends are
 * exclusive, as there: sides from `trunc(H·low)` to `trunc(H·high) − 1`, and the last row and column are never touched.
 */
export function drawBoxMinMax(
  [height, width]: readonly [number, number],
  [low, high]: readonly [number, number],
  rng: Rng,
): Box {
  const side = (limit: number): number => {
    const least = Math.trunc(limit * low);
    return least + rng.integer(Math.max(Math.trunc(limit * high) - least, 1));
  };
  const boxHeight = side(height);
  const boxWidth = side(width);
  const y1 = rng.integer(Math.max(height - boxHeight, 1));
  const x1 = rng.integer(Math.max(width - boxWidth, 1));
  return [y1, x1, y1 + boxHeight, x1 + boxWidth];
}
