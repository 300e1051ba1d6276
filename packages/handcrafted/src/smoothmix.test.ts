import { createRng, denseTargets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applySmoothmix, planSmoothmix, smoothmix } from './smoothmix.js';

useBackend('cpu');

const zerosAndOnes = () => ({
  images: tf.concat([tf.zeros<tf.Rank.R4>([1, 1, 3, 1]), tf.ones<tf.Rank.R4>([1, 1, 3, 1])]),
  labels: tf.tensor1d([0, 1], 'int32'),
});

describe('applySmoothmix', () => {
  it('weights the partner with the bump, and labels by its mean', () => {
    // σ² = ½ makes exp(−d²).
    const [one, four] = [Math.exp(-1), Math.exp(-4)];
    const lam = 1 - (1 + one + four) / 3;
    const centres = [
      [0, 0],
      [0, 0],
    ] as const;
    const plan = { method: 'smoothmix', shape: [2, 1, 3], partner: [1, 0], centres } as const;
    const deviations = [Math.SQRT1_2, Math.SQRT1_2];
    const mixed = applySmoothmix(zerosAndOnes(), { ...plan, deviations, lam: [lam, lam] });
    [1, one, four, 0, 1 - one, 1 - four].forEach((value, pixel) => {
      expect(mixed.images.dataSync()[pixel]).toBeCloseTo(value, 6);
    });
    const [a, b] = denseTargets(mixed.targets, 2).dataSync();
    expect(a).toBeCloseTo(lam, 6);
    expect(b).toBeCloseTo(1 - lam, 6);
  });

  it.each([
    [{ deviations: [0, 1] }, /plan.deviations must be a finite number above 0; got 0/],
    [{ lam: [0.9, 0.9] }, /plan.lam must be the mask's mean/],
  ])('refuses %j', (wrong, message) => {
    const plan = { ...planSmoothmix([2, 1, 3], createRng(0)), ...wrong };
    expect(() => applySmoothmix(zerosAndOnes(), plan)).toThrow(message);
  });
});

describe('planSmoothmix', () => {
  it('draws centres around the middle, and deviations of a quarter to half of the height', () => {
    const { centres, deviations } = planSmoothmix([20_000, 8, 5], createRng(1), { mode: 'elem' });
    const counts = new Map<number, number>();
    for (const [y] of centres) counts.set(y, (counts.get(y) ?? 0) + 1);
    // trunc(0..7 − 4) is −4..3 once each.
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 2500) ** 2 / 2500, 0);
    // 99.9 % quantile of χ² with 7 degrees of freedom.
    expect(chiSquare).toBeLessThan(24.3);
    // trunc(0..4 − 2½) is −2, −1, 0, 0, 1: towards zero.
    const columns = centres.map(([, x]) => x);
    expect([...new Set(columns)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(columns.filter((x) => x === 2).length / 20_000).toBeCloseTo(0.4, 1);
    // Kolmogorov and Smirnov's distance from the uniform distribution on [2, 4], below its 99.9 % quantile 1.95/√n.
    const sorted = deviations.toSorted((a, b) => a - b);
    const distance = sorted.reduce(
      (most, value, rank) => Math.max(most, Math.abs((value - 2) / 2 - (rank + 0.5) / 20_000)),
      0,
    );
    expect(distance).toBeLessThan(1.95 / Math.sqrt(20_000));
  });

  it('takes the shorter side if asked to, and swaps labels as openmixup does', () => {
    const wide = planSmoothmix([2, 4, 40], createRng(1), { sigmaBase: 'min' });
    expect(planSmoothmix([2, 4, 40], createRng(1)).deviations).toEqual(wide.deviations);
    const tall = [40, 4].map((base) => ({ base, options: base === 4 ? { sigmaBase: 'min' as const } : {} }));
    const [height, least] = tall.map(
      ({ options }) => planSmoothmix([2, 40, 4], createRng(1), options).deviations[0] as number,
    );
    expect((height as number) / (least as number)).toBeCloseTo(10, 10);
    const swapped = planSmoothmix([3, 8, 8], createRng(1), { labels: 'openmixup', mode: 'elem' });
    swapped.labelLam?.forEach((weight, row) => expect(weight).toBeCloseTo(1 - (swapped.lam[row] ?? 0), 12));
    expect(planSmoothmix([3, 8, 8], createRng(1)).labelLam).toBeUndefined();
  });

  it.each([
    [{ sigmaBase: 'width' }, /smoothmix: sigmaBase must be one of 'height', 'min'; got "width"/],
    [{ labels: 'timm' }, /smoothmix: labels must be one of 'mask', 'openmixup'; got "timm"/],
    [{ mode: 'rows' }, /smoothmix: mode must be one of/],
  ])('refuses %j', (options, message) => {
    expect(() => smoothmix(options as never)).toThrow(message);
  });
});
