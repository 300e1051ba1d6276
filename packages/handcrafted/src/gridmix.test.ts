import { createRng, denseTargets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyGridmix, gridmix, planGridmix } from './gridmix.js';
import { type GridmixHoles, gridmixHoles, gridmixMask, gridmixShare } from './gridmix-grid.js';

useBackend('cpu');

const draws = { lam: 0.75, cropArea: 1, cropAspect: 1, holes: 2, holeAspect: 1, place: [0, 0] } as const;

describe('gridmixMask', () => {
  it('has holes in a crop', () => {
    const grid = { kind: 'holes', crop: [1, 1, 3, 5], patch: [2, 3], hole: [1, 2] } as const;
    expect([...gridmixMask([5, 7], grid)]).toEqual(
      [
        [1, 1, 1, 1, 1, 1, 1],
        [1, 0, 0, 1, 0, 0, 1],
        [1, 1, 1, 1, 1, 1, 1],
        [1, 0, 0, 1, 0, 0, 1],
        [1, 1, 1, 1, 1, 1, 1],
      ].flat(),
    );
    expect(gridmixShare([5, 7], grid)).toBe(1 - 8 / 35);
  });

  it('has cells of as nearly equal sides as can be', () => {
    const grid = { kind: 'cells', own: [1, 0, 0, 1] } as const;
    expect([...gridmixMask([3, 4], grid)]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]);
  });
});

describe('gridmixHoles', () => {
  it('makes holes of √(1 − λ) of a patch', () => {
    expect(gridmixHoles([16, 16], draws)).toEqual({
      kind: 'holes',
      crop: [0, 0, 16, 16],
      patch: [8, 8],
      hole: [4, 4],
    });
  });

  it('keeps the crop inside, whatever its aspect', () => {
    const { crop } = gridmixHoles([16, 16], { ...draws, cropAspect: 2, place: [0.9, 0.5] });
    // Wanted: 11 wide, 22 high.
    expect(crop).toEqual([0, 2, 16, 11]);
  });

  it('takes fewer holes where the crop has no room, and none in a pixel', () => {
    expect(gridmixHoles([8, 8], { ...draws, holes: 20 })).toMatchObject({ patch: [2, 2], hole: [1, 1] });
    const tiny = gridmixHoles([1, 1], { ...draws, cropArea: 0.5 });
    expect(gridmixShare([1, 1], tiny)).toBe(1);
  });
});

describe('applyGridmix', () => {
  it('copies pixels and weights labels by area', () => {
    const images = tf.tensor4d([Number.NaN, 1, 2, 3, 4, Number.NaN, Number.NaN, 7], [2, 2, 2, 1]);
    const own = [0, 1, 1, 1];
    const grids = [
      { kind: 'cells', own },
      { kind: 'cells', own: [1, 0, 0, 1] },
    ] as const;
    const plan = { method: 'gridmix', shape: [2, 2, 2], partner: [1, 0], grids, lam: [0.75, 0.5] } as const;
    const mixed = applyGridmix({ images, labels: tf.tensor1d([0, 1], 'int32') }, plan);
    expect([...mixed.images.dataSync()]).toEqual([4, 1, 2, 3, 4, 1, 2, 7]);
    expect([...denseTargets(mixed.targets, 2).dataSync()]).toEqual([0.75, 0.25, 0.5, 0.5]);
  });

  it.each([
    [{ kind: 'cells', own: [1, 0, 1] }, /plan.grids must have a square number of cells, each 0 or 1/],
    [{ kind: 'cells', own: [2] }, /plan.grids must have a square number of cells, each 0 or 1/],
    [
      { kind: 'holes', crop: [0, 0, 2, 2], patch: [0, 2], hole: [1, 1] },
      /be of kind 'holes' or 'cells', of whole/,
    ],
    [{ kind: 'stripes', crop: [0, 0, 2, 2], patch: [2, 2], hole: [1, 1] }, /be of kind 'holes' or 'cells'/],
    [
      { kind: 'holes', crop: [0, 0, 2, 2], patch: [2, 2], hole: [1, 1] },
      /plan.lam must be the mask's mean, 0.75/,
    ],
  ])('refuses the grid %j', (grid, message) => {
    const images = tf.zeros<tf.Rank.R4>([1, 2, 2, 1]);
    const plan = { method: 'gridmix', shape: [1, 2, 2], partner: [0], grids: [grid], lam: [0] };
    expect(() => applyGridmix({ images, labels: tf.tensor1d([0], 'int32') }, plan as never)).toThrow(message);
  });
});

describe('planGridmix', () => {
  it('draws as many holes as asked for, both ends included, over crops of the area asked for', () => {
    const { grids } = planGridmix([3000, 64, 64], createRng(1), { mode: 'elem', cropAspect: [1, 1] });
    const holes = grids as readonly GridmixHoles[];
    const across = holes.map(({ crop, patch }) => Math.ceil(crop[3] / patch[1]));
    const counts = [2, 3, 4, 5, 6].map((count) => across.filter((value) => value === count).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
    // 99.9 % quantile of χ² with 4 degrees of freedom.
    expect(counts.reduce((sum, count) => sum + (count - 600) ** 2 / 600, 0)).toBeLessThan(18.5);
    const areas = holes.map(({ crop }) => (crop[2] * crop[3]) / 4096);
    expect(Math.min(...areas)).toBeGreaterThan(0.47);
    expect(areas.reduce((sum, area) => sum + area, 0) / 3000).toBeCloseTo(0.735, 1);
  });

  it('gives cells to the own image with probability λ', () => {
    const { lam, grids } = planGridmix([4000, 64, 64], createRng(2), { variant: 'cells', mode: 'elem' });
    expect(grids[0]).toMatchObject({ kind: 'cells', own: { length: 64 } });
    const mean = lam.reduce((sum, share) => sum + share, 0) / 4000;
    // λ is uniform, of variance 1/12; 64 cells add E[λ(1 − λ)]/64 = 1/384.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt((1 / 12 + 1 / 384) / 4000));
    const variance = lam.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / 4000;
    expect(variance).toBeCloseTo(1 / 12 + 1 / 384, 2);
    const [small] = planGridmix([2, 32, 32], createRng(2), { variant: 'cells' }).grids;
    expect(small).toMatchObject({ own: { length: 16 } });
  });

  it.each([
    [{ alpha: 0 }, /gridmix: alpha must be above 0/],
    [{ variant: 'lines' }, /gridmix: variant must be one of 'holes', 'cells'; got "lines"/],
    [{ grid: 0 }, /gridmix: grid must be an integer of at least 1; got 0/],
    [{ holes: [3, 2] }, /gridmix: holes must be \[low, high\] with 0 < low ≤ high; got \[3,2\]/],
    [{ holes: [1.5, 2] }, /gridmix: holes\[0\] must be an integer/],
    [{ cropArea: [0.5, 1.5] }, /gridmix: cropArea must be \[low, high\] with 0 < low ≤ high ≤ 1/],
    [{ cropAspect: [0, 1] }, /gridmix: cropAspect must be \[low, high\]/],
    [{ holeAspect: [2, 1] }, /gridmix: holeAspect must be \[low, high\]/],
    [{ mode: 'rows' }, /gridmix: mode must be one of/],
  ])('refuses %j', (options, message) => {
    expect(() => gridmix(options as never)).toThrow(message);
  });
});
