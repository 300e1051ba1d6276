import { createRng, denseTargets } from '@mix/core';
import { chiSquareOfUniform, tinyBatch, useBackend } from '@mix/test-utils';
import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyRicap, planRicap, type RicapPlan, ricap } from './ricap.js';

useBackend('cpu');

const size = { size: 4, height: 6, width: 5, channels: 2 };

// Pixel by pixel, from the definition.
function tiled(images: tf.Tensor4D, { quads, points, corners }: RicapPlan): number[] {
  const from = images.arraySync();
  return quads.flatMap((quad, row) => {
    const [py, px] = points[row] as readonly [number, number];
    return Array.from({ length: 6 * 5 }, (_, pixel) => {
      const [y, x] = [Math.floor(pixel / 5), pixel % 5];
      const quadrant = (y < py ? 0 : 1) + (x < px ? 0 : 2);
      const [top, left] = (corners[row] as RicapPlan['corners'][number])[quadrant] as readonly [
        number,
        number,
      ];
      const line = y - (y < py ? 0 : py) + top;
      return from[quad[quadrant] as number]?.[line]?.[x - (x < px ? 0 : px) + left] as number[];
    }).flat();
  });
}

describe('applyRicap', () => {
  it.each(['batch', 'elem'] as const)('copies the crops of four images, mode %s', (mode) => {
    const { images, labels } = tinyBatch(size);
    for (let seed = 0; seed < 20; seed++) {
      const plan = planRicap([4, 6, 5], createRng(seed), { mode, beta: 1 });
      expect([...applyRicap({ images, labels }, plan).images.dataSync()]).toEqual(tiled(images, plan));
    }
  });

  it('weights four labels by area, and shows nothing of an empty quadrant', () => {
    const { images, labels } = tinyBatch(size);
    const corners = Array.from({ length: 4 }, () => [0, 0] as const);
    const plan: RicapPlan = {
      method: 'ricap',
      shape: [4, 6, 5],
      quads: [
        [0, 1, 2, 3],
        [1, 1, 1, 1],
        [2, 2, 0, 0],
        [3, 2, 1, 0],
      ],
      points: Array.from({ length: 4 }, () => [4, 5] as const),
      corners: Array.from({ length: 4 }, () => corners),
    };
    const mixed = applyRicap({ images, labels }, plan, { masks: true });
    const weights = [...mixed.lam.dataSync()].slice(0, 4);
    [2 / 3, 1 / 3, 0, 0].forEach((wanted, index) => expect(weights[index]).toBeCloseTo(wanted, 6));
    // Classes are 0, 1, 2, 0.
    const first = [...denseTargets(mixed.targets, 3).dataSync()].slice(0, 3);
    [2 / 3, 1 / 3, 0].forEach((wanted, index) => expect(first[index]).toBeCloseTo(wanted, 6));
    expect([...(mixed.masks as tf.Tensor4D).dataSync()].slice(0, 4)).toEqual([1, 0, 0, 0]);
  });

  it.each([
    [
      { points: [[7, 0]] },
      /applyRicap: plan.points must be whole pixels from \[0,0\] to \[H,W\]=\[6,5\]; got \[7,0\]/,
    ],
    [
      {
        corners: [
          [
            [1, 0],
            [0, 0],
            [0, 0],
            [0, 0],
          ],
        ],
      },
      /applyRicap: plan.corners must be whole pixels from \[0,0\]/,
    ],
    [{ corners: [[]] }, /applyRicap: plan.corners must be/],
    [{ quads: [[0, 0, 0]] }, /applyRicap: plan.quads must be four rows from 0 to 0 each; got \[0,0,0\]/],
    [{ quads: [[0, 0, 0, 1]] }, /applyRicap: plan.quads must be four rows/],
  ])('refuses %j', (wrong, message) => {
    const plan = {
      method: 'ricap',
      shape: [1, 6, 5],
      quads: [[0, 0, 0, 0]],
      points: [[6, 5]],
      corners: [
        [
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      ],
    };
    expect(() => applyRicap(tinyBatch({ ...size, size: 1 }), { ...plan, ...wrong } as never)).toThrow(
      message,
    );
  });
});

describe('planRicap', () => {
  it('draws points from Beta(1, 1) and crops uniformly', () => {
    const { points, corners } = planRicap([8000, 1000, 1000], createRng(1), { beta: 1, mode: 'elem' });
    // 99.9 % quantile of χ² with 19 degrees of freedom.
    expect(
      chiSquareOfUniform(
        points.map(([y]) => y / 1000.5),
        20,
      ),
    ).toBeLessThan(43.8);
    expect(
      chiSquareOfUniform(
        points.map(([, x]) => x / 1000.5),
        20,
      ),
    ).toBeLessThan(43.8);
    const tops = points.map(([y], row) => (corners[row]?.[0]?.[0] as number) / (1000 - y + 1));
    const wide = tops.filter((_, row) => (points[row]?.[0] as number) < 900);
    expect(chiSquareOfUniform(wide, 20)).toBeLessThan(43.8);
  });

  it('shares one draw in a batch, and shows each row in its first quadrant', () => {
    const { points, corners, quads } = planRicap([6, 20, 30], createRng(2));
    expect(new Set(points.map(String)).size).toBe(1);
    expect(new Set(corners.map(String)).size).toBe(1);
    expect(quads.map(([own]) => own)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const quadrant of [1, 2, 3]) {
      expect(new Set(quads.map((quad) => quad[quadrant])).size).toBe(6);
    }
  });

  it.each([
    [{ beta: 0 }, /ricap: beta must be above 0; got 0/],
    [{ mode: 'pair' }, /ricap: mode must be one of 'batch', 'elem'; got "pair"/],
  ])('refuses %j', (options, message) => {
    expect(() => ricap(options as never)).toThrow(message);
  });
});
