import { createRng, denseTargets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyGmix, gmix, planGmix } from './gmix.js';

useBackend('cpu');

const zerosAndOnes = () => ({
  images: tf.concat([tf.zeros<tf.Rank.R4>([1, 2, 3, 1]), tf.ones<tf.Rank.R4>([1, 2, 3, 1])]),
  labels: tf.tensor1d([0, 1], 'int32'),
});

// exp(−π·d²/(l·6)) for d² = 0, 1, 4 below, 1, 2, 5 above, with l = ¼.
const bump = [0, 1, 4, 1, 2, 5].map((square) => Math.exp((-Math.PI * square) / 1.5));
const mean = bump.reduce((sum, value) => sum + value, 0) / 6;

describe('applyGmix', () => {
  it.each([
    [0.25, bump, mean],
    [0.75, bump.map((value) => 1 - value), 1 - mean],
  ])('shows the own image in the bump below ½ and the partner above: λ %d', (drawn, own, lam) => {
    const plan = {
      method: 'gmix',
      shape: [2, 2, 3],
      partner: [1, 0],
      centres: [
        [0, 0],
        [0, 0],
      ],
      drawn: [drawn, drawn],
      lam: [lam, lam],
    } as const;
    const mixed = applyGmix(zerosAndOnes(), plan);
    const [first, second] = [0, 1].map((row) => tf.slice(mixed.images, [row], [1]).dataSync());
    own.forEach((share, pixel) => {
      expect(first?.[pixel]).toBeCloseTo(1 - share, 6);
      expect(second?.[pixel]).toBeCloseTo(share, 6);
    });
    const [a, b] = denseTargets(mixed.targets, 2).dataSync();
    expect(a).toBeCloseTo(lam, 6);
    expect(b).toBeCloseTo(1 - lam, 6);
  });

  it.each([
    [{ lam: [0.3, 0.3] }, /applyGmix: plan.lam must be the mask's mean, .*; got 0.3/],
    [{ drawn: [2, 0.5] }, /applyGmix: plan.drawn must be a number from 0 to 1; got 2/],
    [{ centres: [[1], [0, 0]] }, /applyGmix: plan.centres must be \[row, column\]; got \[1\]/],
  ])('refuses %j', (wrong, message) => {
    const plan = { ...planGmix([2, 2, 3], createRng(0)), ...wrong };
    expect(() => applyGmix(zerosAndOnes(), plan as never)).toThrow(message);
  });
});

describe('planGmix', () => {
  it('is one pixel, not a division by 0, where λ is 0 or 1', () => {
    // So small an alpha draws most λ below the smallest bump or as near to 1.
    const { drawn, lam } = planGmix([40, 8, 8], createRng(1), { alpha: 1e-4, mode: 'elem' });
    const extreme = drawn
      .map((share, row) => ({ share, mean: lam[row] as number }))
      .filter(({ share }) => Math.min(share, 1 - share) < 1e-6);
    expect(new Set(extreme.map(({ share }) => Math.round(share)))).toEqual(new Set([0, 1]));
    for (const { share, mean: own } of extreme) expect(own).toBeCloseTo(share < 0.5 ? 1 / 64 : 63 / 64, 10);
  });

  it('draws centres uniformly over all pixels', () => {
    const { centres } = planGmix([30_000, 5, 6], createRng(4), { mode: 'elem' });
    const counts = new Map<string, number>();
    for (const centre of centres) counts.set(centre.join(), (counts.get(centre.join()) ?? 0) + 1);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(30);
    // 99.9 % quantile of χ² with 29 degrees of freedom.
    expect(chiSquare).toBeLessThan(58.3);
  });

  it('refuses what is no option', () => {
    expect(() => gmix({ alpha: 0 })).toThrow(/gmix: alpha must be above 0/);
    expect(() => gmix({ mode: 'rows' as never })).toThrow(/gmix: mode must be one of/);
  });
});
