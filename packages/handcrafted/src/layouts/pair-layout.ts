import type { Box, Layer, Layout, Plan } from '@mix/core';
import type { MaskDraws } from '../internal/mix-by-masks.js';

/** Rows that show their own image whole, and their partner above it. */
export function pairLayout(
  { shape: [, height, width] }: Plan,
  partner: readonly number[],
  above: (row: number, whole: Box) => Omit<Layer, 'source'>,
): Layout {
  const whole: Box = [0, 0, height, width];
  return {
    size: [height, width],
    rows: partner.map((source, row) => [
      { source: row, from: whole, to: whole },
      { source, ...above(row, whole) },
    ]),
  };
}

/** Rows whose partner shows where the mask of the own image lets it. Equal draws are made into a mask once. */
export function maskLayout<D>(
  plan: Plan,
  partner: readonly number[],
  { draws, maskOf }: MaskDraws<D>,
): Layout {
  const made = new Map<string, Float32Array>();
  return pairLayout(plan, partner, (row, whole) => {
    const draw = draws[row] as D;
    const key = JSON.stringify(draw);
    const opacity = made.get(key) ?? maskOf(draw).map((own) => 1 - own);
    made.set(key, opacity);
    return { from: whole, to: whole, opacity };
  });
}
