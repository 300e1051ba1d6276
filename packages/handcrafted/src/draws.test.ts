import { type BatchShape, createRng, type Rng } from '@mix/core';
import { chiSquareOfUniform, kolmogorovSmirnov } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import { type Box, planCutmix, planFmix, planGmix, planHmix, planManifoldMixup, planMixup } from './index.js';

const shape: BatchShape = [4000, 64, 64];
const mode = 'elem';

type Draw = (rng: Rng, alpha: number) => readonly number[];

// What is drawn, before boxes and masks make something of it.
const draws: Readonly<Record<string, Draw>> = {
  mixup: (rng, alpha) => planMixup(shape, rng, { alpha, mode }).lam,
  manifoldMixup: (rng, alpha) => planManifoldMixup(shape, rng, { alpha, mode }).lam,
  cutmix: (rng, alpha) => planCutmix(shape, rng, { alpha, mode, correctLam: false }).labelLam ?? [],
  gmix: (rng, alpha) => planGmix([4000, 8, 8], rng, { alpha, mode }).drawn,
  hmix: (rng, alpha) => planHmix(shape, rng, { alpha, mode, ratio: 0 }).lam,
  fmix: (rng, alpha) => planFmix(shape, rng, { alpha, mode, correctLam: false }).labelLam ?? [],
};

// Beta(alpha, alpha), where it has a closed form.
const betas: readonly (readonly [alpha: number, cdf: (x: number) => number])[] = [
  [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
  [1, (x) => x],
  [2, (x) => x * x * (3 - 2 * x)],
];

describe.each(Object.entries(draws))('λ of %s', (_, draw) => {
  it.each(betas)('is of Beta(%d, %d)', (alpha, cdf) => {
    const lam = draw(createRng(17).fork('draws', 10 * alpha), alpha);
    expect(lam).toHaveLength(shape[0]);
    expect(kolmogorovSmirnov(lam, cdf)).toBeLessThan(1.95);
  });
});

describe('boxes of CutMix', () => {
  it('have sides of √(1 − λ)', () => {
    const { boxes, labelLam = [] } = planCutmix(shape, createRng(3), { mode, correctLam: false });
    const clipped = ([y1, x1, y2, x2]: Box): boolean => y1 === 0 || x1 === 0 || y2 === 64 || x2 === 64;
    const whole = boxes.flatMap((box, row) => (clipped(box) ? [] : [{ box, lam: labelLam[row] as number }]));
    expect(whole.length).toBeGreaterThan(500);
    for (const { box, lam } of whole) {
      const [height, width] = [box[2] - box[0], box[3] - box[1]];
      expect(height).toBe(width);
      // Rounded down to pixels, then to an even number of them.
      const lost = 64 * Math.sqrt(1 - lam) - height;
      expect(lost).toBeGreaterThanOrEqual(0);
      expect(lost).toBeLessThan(2);
    }
  });

  it('have uniform sides between ratioMinMax, at uniform places', () => {
    const { boxes } = planCutmix(shape, createRng(4), { mode, ratioMinMax: [0.25, 0.75] });
    for (const axis of [0, 1] as const) {
      const sides = boxes.map((box) => (box[axis + 2] as number) - box[axis]);
      // 16 to 47 pixels, two in a bin: the 99.9 % quantile of χ² with 15 degrees of freedom.
      expect(
        chiSquareOfUniform(
          sides.map((side) => (side - 16) / 32),
          16,
        ),
      ).toBeLessThan(37.7);
      // Spread within their pixel, evenly.
      const places = boxes.map(
        (box, row) => (box[axis] + ((row * 0.618) % 1)) / (64 - (sides[row] as number)),
      );
      expect(chiSquareOfUniform(places, 16)).toBeLessThan(37.7);
    }
  });
});
