import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { planFlipCrop } from './plan-flip-crop.js';

// 99.9 % quantile of χ² with 8 degrees of freedom.
const CHI2_8 = 26.12;

describe('planFlipCrop', () => {
  it('draws every offset equally often, and mirrors half', () => {
    const size = 18_000;
    const plan = planFlipCrop([size, 32, 32], createRng(0), { flip: true, cropPadding: 4 });
    for (const offsets of [plan.top, plan.left]) {
      const counts = Array.from({ length: 9 }, (_, index) => offsets.filter((o) => o === index - 4).length);
      expect(counts.reduce((a, b) => a + b)).toBe(size);
      const chi2 = counts.reduce((sum, count) => sum + (count - size / 9) ** 2 / (size / 9), 0);
      expect(chi2).toBeLessThan(CHI2_8);
    }
    const mirrored = plan.flip.filter(Boolean).length;
    // 3.3 standard deviations
    expect(Math.abs(mirrored - size / 2)).toBeLessThan(3.3 * Math.sqrt(size / 4));
    const both = plan.top.filter((top, index) => top === plan.left[index]).length;
    expect(Math.abs(both - size / 9)).toBeLessThan(3.3 * Math.sqrt((size * 8) / 81));
  });

  it('repeats for one seed, is plain JSON, and does nothing by default', () => {
    const draw = (seed: number) => planFlipCrop([5, 4, 6], createRng(seed), { flip: true, cropPadding: 2 });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(JSON.parse(JSON.stringify(draw(3)))).toEqual(draw(3));
    expect(planFlipCrop([2, 4, 4], createRng(0))).toEqual({
      method: 'flipCrop',
      shape: [2, 4, 4],
      flip: [false, false],
      top: [0, 0],
      left: [0, 0],
    });
  });

  it('refuses a fractional padding', () => {
    expect(() => planFlipCrop([1, 4, 4], createRng(0), { cropPadding: 0.5 })).toThrow(
      'planFlipCrop: cropPadding must be an integer of at least 0; got 0.5',
    );
  });
});
