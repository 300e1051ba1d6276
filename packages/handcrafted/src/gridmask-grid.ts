import type { GridmaskDeletes, GridmaskVariant } from './gridmask-options.js';

/** The grid of one image. */
export interface Grid {
  /** Distance from stripe to stripe in pixels. */
  readonly period: number;
  /** Width of a stripe in pixels. */
  readonly stripe: number;
  /** Where the first horizontal stripe starts. */
  readonly top: number;
  /** Where the first vertical stripe starts. */
  readonly left: number;
  /** Degrees anticlockwise about the canvas's centre. */
  readonly angle: number;
}

/** How a grid is drawn into an image. */
export interface GridLayout {
  /** Which canvas. */
  readonly variant: GridmaskVariant;
  /** What is deleted. */
  readonly deletes: GridmaskDeletes;
}

/**
 * Writes what a grid keeps of one image: 1 kept, 0 deleted. The grid lies on a larger canvas, is turned there (nearest pixel), and its
 * middle is cut out.
 */
export function drawGrid(
  keep: Uint8Array,
  [height, width]: readonly [number, number],
  { period, stripe, top, left, angle }: Grid,
  { variant, deletes }: GridLayout,
): void {
  const [canvasHeight, canvasWidth] = canvasSize(variant, [height, width]);
  const partial = variant === 'diagonal';
  const rows = stripes(canvasHeight, { period, stripe, start: top, partial });
  const columns = stripes(canvasWidth, { period, stripe, start: left, partial });
  const cornerY = Math.floor((canvasHeight - height) / 2);
  const cornerX = Math.floor((canvasWidth - width) / 2);
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [middleY, middleX] = [canvasHeight / 2, canvasWidth / 2];
  const onStripe = deletes === 'stripes' ? 0 : 1;
  for (let y = 0; y < height; y++) {
    const fromY = y + cornerY + 0.5 - middleY;
    for (let x = 0; x < width; x++) {
      const fromX = x + cornerX + 0.5 - middleX;
      const sourceX = Math.floor(cos * fromX - sin * fromY + middleX);
      const sourceY = Math.floor(sin * fromX + cos * fromY + middleY);
      // Beyond the canvas counts as stripe.
      const striped = (rows[sourceY] ?? 1) === 1 || (columns[sourceX] ?? 1) === 1;
      keep[y * width + x] = striped ? onStripe : 1 - onStripe;
    }
  }
}

/** Sides of the canvas that the grid is drawn on. */
function canvasSize(
  variant: GridmaskVariant,
  [height, width]: readonly [number, number],
): [height: number, width: number] {
  if (variant === 'canvas1.5') return [Math.trunc(1.5 * height), Math.trunc(1.5 * width)];
  const side = Math.ceil(Math.sqrt(height * height + width * width));
  return [side, side];
}

// 1 on a stripe. The detection version begins with the first whole period and ends with the last.
function stripes(
  length: number,
  { period, stripe, start, partial }: { period: number; stripe: number; start: number; partial: boolean },
): Uint8Array {
  const line = new Uint8Array(length);
  const count = Math.floor(length / period);
  for (let index = partial ? -1 : 0; index < (partial ? count + 1 : count); index++) {
    const from = period * index + start;
    line.fill(1, Math.max(from, 0), Math.min(Math.max(from + stripe, 0), length));
  }
  return line;
}
