import { createRng } from '@mix/core';
import { chiSquareOfUniform, tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyGridmask, type GridmaskPlan, gridmask, planGridmask } from './gridmask.js';
import type { Grid } from './gridmask-grid.js';

useBackend('cpu');

const keepOf = (grid: Grid, [height, width]: readonly [number, number], layout: object = {}) => {
  const plan: GridmaskPlan = {
    method: 'gridmask',
    shape: [1, height, width],
    variant: 'diagonal',
    deletes: 'squares',
    grids: [grid],
    fill: 0,
    ...layout,
  };
  const mixed = applyGridmask(tinyBatch({ size: 1, height, width }), plan, { masks: true });
  return tf.reshape(mixed.masks as tf.Tensor4D, [height, width]).arraySync() as number[][];
};
const grid = { period: 6, stripe: 4, top: 1, left: 3, angle: 0 };

describe('applyGridmask', () => {
  it('deletes squares between stripes, a share of ((d − l)/d)²', () => {
    const keep = keepOf(grid, [60, 60]).flat();
    expect(1 - keep.reduce((sum, value) => sum + value, 0) / 3600).toBeCloseTo((2 / 6) ** 2, 6);
    const inverse = keepOf(grid, [60, 60], { deletes: 'stripes' }).flat();
    expect(inverse).toEqual(keep.map((value) => 1 - value));
  });

  it('turns anticlockwise about the middle', () => {
    // A canvas of 34, in whose middle an image of 24 lies evenly.
    const straight = keepOf(grid, [24, 24]);
    const turned = keepOf({ ...grid, angle: 90 }, [24, 24]);
    // A quarter turn anticlockwise: what was at the right edge is at the top.
    const wanted = straight.map((_, y) => straight.map((_, x) => straight[x]?.[23 - y]));
    expect(turned).toEqual(wanted);
    expect(keepOf({ ...grid, angle: 360 }, [24, 24])).toEqual(straight);
    expect(keepOf({ ...grid, angle: 45 }, [24, 24])).not.toEqual(straight);
  });

  it('covers the whole image at every angle with the diagonal canvas', () => {
    for (const angle of [0, 17, 45, 90, 133]) {
      const keep = keepOf({ period: 2, stripe: 1, top: 0, left: 0, angle }, [40, 24]).flat();
      const deleted = 1 - keep.reduce((sum, value) => sum + value, 0) / keep.length;
      expect(Math.abs(deleted - 0.25)).toBeLessThan(0.04);
    }
  });

  it('leaves the partial periods of the detection version alone', () => {
    // Canvas of 15: stripes of 2 at 3 and 7 of the periods 4..; the middle 10 start at 2.
    const keep = keepOf({ period: 5, stripe: 2, top: 3, left: 3, angle: 0 }, [10, 10], {
      variant: 'canvas1.5',
      deletes: 'stripes',
    });
    const rows = keep.map((row) => row.some((value) => value === 1));
    expect(rows).toEqual([true, false, false, true, true, true, false, false, true, true]);
  });

  it('refuses a grid without a period', () => {
    expect(() => keepOf({ ...grid, period: 0 }, [5, 5])).toThrow(
      /applyGridmask: plan.grids.period must be an integer of at least 1; got 0/,
    );
  });
});

describe('planGridmask', () => {
  it('draws periods, offsets and angles uniformly, and rows with its probability', () => {
    const { grids } = planGridmask([20_000, 32, 48], createRng(1));
    const drawn = grids.filter((one) => one !== null);
    expect(Math.abs(drawn.length / 20_000 - 0.8)).toBeLessThan(5 * Math.sqrt(0.16 / 20_000));
    // 99.9 % quantiles of χ² with 23 and 19 degrees of freedom.
    expect(
      chiSquareOfUniform(
        drawn.map(({ period }) => (period - 7.5) / 24),
        24,
      ),
    ).toBeLessThan(49.7);
    expect(
      chiSquareOfUniform(
        drawn.map(({ angle }) => angle / 360),
        20,
      ),
    ).toBeLessThan(43.8);
    const smooth = drawn.map(({ top, period }, index) => (top + ((index * 0.618) % 1)) / period);
    expect(chiSquareOfUniform(smooth, 20)).toBeLessThan(43.8);
    for (const { period, stripe } of drawn) expect(stripe).toBe(Math.ceil(period * 0.6));
  });

  it('deletes something and keeps something of small images', () => {
    const { grids } = planGridmask([200, 8, 8], createRng(1), { prob: 1 });
    for (const grid of grids) expect(grid && grid.stripe < grid.period).toBe(true);
  });

  it('draws widths of stripes below the period for the detection version with ratio 1', () => {
    const { grids } = planGridmask([5000, 20, 20], createRng(2), { variant: 'canvas1.5', ratio: 1, prob: 1 });
    const shares = grids.map((one) => (one === null ? -1 : one.stripe / one.period));
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(Math.max(...shares)).toBeLessThan(1);
    expect(new Set(shares).size).toBeGreaterThan(50);
  });

  it('lets the probability rise with the training', () => {
    const rate = (progress: number) =>
      planGridmask([4000, 8, 8], createRng(3), { ramp: true, progress }).grids.filter((one) => one !== null)
        .length / 4000;
    expect(rate(0)).toBe(0);
    expect(Math.abs(rate(0.5) - 0.4)).toBeLessThan(5 * Math.sqrt(0.24 / 4000));
    expect(() => planGridmask([1, 8, 8], createRng(3), { ramp: true })).toThrow(
      /gridmask: context.progress must be given with ramp/,
    );
  });

  it.each([
    [{ variant: 'square' }, /gridmask: variant must be one of 'diagonal', 'canvas1.5'/],
    [{ deletes: 'both' }, /gridmask: deletes must be one of 'squares', 'stripes'/],
    [{ period: [1, 5] }, /gridmask: period\[0\] must be an integer of at least 2; got 1/],
    [{ period: [5, 5] }, /gridmask: period\[1\] must be an integer of at least 6; got 5/],
    [{ ratio: 0 }, /gridmask: ratio must be above 0 and at most 1; got 0/],
    [{ rotate: 0.5 }, /gridmask: rotate must be an integer of at least 0; got 0.5/],
    [{ prob: 1.1 }, /gridmask: prob must be a number from 0 to 1; got 1.1/],
  ])('refuses %j', (options, message) => {
    expect(() => gridmask(options as never)).toThrow(message);
  });
});
