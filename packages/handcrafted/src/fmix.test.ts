import { createRng, denseTargets } from '@mix/core';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyFmix, fmix, planFmix } from './fmix.js';
import { fmixGrey, fmixNoiseLength } from './fmix-grey.js';

useBackend('cpu');

const zerosAndOnes = () => ({
  images: tf.concat([tf.zeros<tf.Rank.R4>([1, 6, 9, 2]), tf.ones<tf.Rank.R4>([1, 6, 9, 2])]),
  labels: tf.tensor1d([0, 1], 'int32'),
});

describe('applyFmix', () => {
  it('shows exactly the pixels it counts, and weights labels by them', () => {
    const plan = planFmix([2, 6, 9], createRng(1), { mode: 'elem' });
    const draws = plan.draws.map((draw, row) => ({ ...draw, count: [40, 13][row] as number }));
    const mixed = applyFmix(zerosAndOnes(), { ...plan, partner: [1, 0], draws, lam: [40 / 54, 13 / 54] });
    const shown = tf.sum(mixed.images, [1, 2, 3]).dataSync();
    // Two channels: 14 pixels of ones in row 0, 13 in row 1.
    expect([...shown]).toEqual([28, 26]);
    expect(new Set(mixed.images.dataSync())).toEqual(new Set([0, 1]));
    const weights = denseTargets(mixed.targets, 2).dataSync();
    [40 / 54, 14 / 54, 41 / 54, 13 / 54].forEach((share, index) => {
      expect(weights[index]).toBeCloseTo(share, 6);
    });
  });

  it('does not let a discarded NaN leak', () => {
    const plan = planFmix([2, 6, 9], createRng(3));
    const mask = applyFmix(zerosAndOnes(), { ...plan, partner: [1, 0] }).images;
    const own = tf.equal(tf.slice(mask, [0, 0, 0, 0], [1, 6, 9, 1]), 0);
    const images = tf.concat([tf.where(own, 1, Number.NaN), tf.where(own, Number.NaN, 2)]) as tf.Tensor4D;
    const mixed = applyFmix({ images, labels: tf.tensor1d([0, 1], 'int32') }, { ...plan, partner: [1, 0] });
    expect([...tf.slice(mixed.images, [0], [1]).dataSync()].some(Number.isNaN)).toBe(false);
  });

  it.each([
    [
      { count: 55 },
      /plan.draws must have whole numbers 0 ≤ soft ≤ count ≤ 54 − soft; got \{"count":55,"soft":0\}/,
    ],
    [{ soft: 0.5 }, /plan.draws must have whole numbers/],
    [{ noise: [1, 2, 3] }, /plan.draws must have 60 numbers of noise; got 3/],
    [{ count: 0 }, /plan.lam must be the mask's mean, 0; got/],
  ])('refuses a draw with %j', (wrong, message) => {
    const plan = planFmix([2, 6, 9], createRng(1));
    const draws = plan.draws.map((draw) => ({ ...draw, ...wrong }));
    expect(() => applyFmix(zerosAndOnes(), { ...plan, draws })).toThrow(message);
  });
});

describe('planFmix', () => {
  it('draws shares of Beta(alpha, alpha), rounded up or down by a coin', () => {
    const { lam } = planFmix([20_000, 8, 8], createRng(5), { mode: 'elem', alpha: 1 });
    const counts = Array<number>(65).fill(0);
    for (const share of lam) counts[Math.round(share * 64)] = (counts[Math.round(share * 64)] ?? 0) + 1;
    // Uniform λ: 0 and 64 get half of what the others get.
    const expected = counts.map((_, index) => (20_000 / 64) * (index % 64 === 0 ? 0.5 : 1));
    const chiSquare = counts.reduce(
      (sum, count, index) => sum + (count - (expected[index] as number)) ** 2 / (expected[index] as number),
      0,
    );
    // 99.9 % quantile of χ² with 64 degrees of freedom.
    expect(chiSquare).toBeLessThan(104.7);
  });

  it('keeps the λ drawn for the labels, or the own label alone', () => {
    const drawn = planFmix([50, 8, 8], createRng(1), { correctLam: false, mode: 'elem' });
    drawn.labelLam?.forEach((weight, row) => {
      expect(weight).not.toBe(drawn.lam[row]);
      expect(Math.abs(weight - (drawn.lam[row] as number))).toBeLessThan(1 / 64);
    });
    const own = planFmix([5000, 8, 8], createRng(1), { reformulate: true, mode: 'elem' });
    expect(new Set(own.labelLam)).toEqual(new Set([1]));
    // Beta(2, 1) has mean ⅔ and deviation √(1/18).
    const mean = own.lam.reduce((sum, share) => sum + share, 0) / 5000;
    expect(Math.abs(mean - 2 / 3)).toBeLessThan((5 * Math.sqrt(1 / 18)) / Math.sqrt(5000));
    expect(planFmix([2, 8, 8], createRng(1)).labelLam).toBeUndefined();
  });

  it('gives masks of a row that do not depend on the batch, and other ones to other rows', () => {
    const draw = (size: number) => planFmix([size, 8, 8], createRng(9), { mode: 'elem' }).draws;
    expect(draw(7).slice(0, 3)).toEqual(draw(3));
    expect(new Set(draw(7).map((each) => JSON.stringify(each.noise))).size).toBe(7);
  });

  it.each([
    [{ alpha: 0 }, /fmix: alpha must be above 0/],
    [{ decay: 0 }, /fmix: decay must be a finite number above 0; got 0/],
    [{ decay: 300 }, /fmix: decay must be a number from 0 to 64; got 300/],
    [{ maxSoft: 0.6 }, /fmix: maxSoft must be a number from 0 to 0.5; got 0.6/],
    [{ spectrum: 'full' }, /fmix: spectrum must be one of 'halfplane', 'published'; got "full"/],
    [{ mode: 'rows' }, /fmix: mode must be one of/],
  ])('refuses %j', (options, message) => {
    expect(() => fmix(options as never)).toThrow(message);
  });
});

describe('fmixGrey', () => {
  it('has noise whose energy falls with the frequency by the power asked for', () => {
    const size = [32, 32] as const;
    const energy = (decay: number): number[] => {
      const rng = createRng(2);
      const sums = [0, 0];
      for (let image = 0; image < 20; image++) {
        const noise = Array.from({ length: fmixNoiseLength(size, 'halfplane') }, () => rng.normal());
        const grey = fmixGrey(size, { decay, spectrum: 'halfplane' })(noise);
        [2, 8].forEach((frequency, index) => {
          let [cos, sin] = [0, 0];
          grey.forEach((value, pixel) => {
            const angle = (2 * Math.PI * frequency * (pixel % 32)) / 32;
            cos += value * Math.cos(angle);
            sin += value * Math.sin(angle);
          });
          sums[index] = (sums[index] as number) + cos ** 2 + sin ** 2;
        });
      }
      return sums;
    };
    // Four times the frequency: amplitudes fall to 4^−decay, energies to its square.
    for (const decay of [1, 3]) {
      const [low = 0, high = 1] = energy(decay);
      expect(Math.log(low / high) / Math.log(4) / 2).toBeCloseTo(decay, 0);
    }
  });

  it('has only two horizontal frequencies when it follows the published code', () => {
    const size = [8, 8] as const;
    const rng = createRng(4);
    const noise = Array.from({ length: fmixNoiseLength(size, 'published') }, () => rng.normal());
    const grey = fmixGrey(size, { decay: 1, spectrum: 'published' })(noise);
    for (const frequency of [2, 3, 4]) {
      let sum = 0;
      grey.forEach((value, pixel) => {
        sum += value * Math.cos((2 * Math.PI * frequency * (pixel % 8)) / 8);
      });
      expect(Math.abs(sum)).toBeLessThan(1e-12);
    }
  });

  it('is 0 where it is constant', () => {
    expect([...fmixGrey([1, 1], { decay: 3, spectrum: 'halfplane' })([1, 1])]).toEqual([0]);
  });
});

it('blends soft edges over as many pixels as asked for', () => {
  const batch = tinyBatch({ size: 2, height: 10, width: 10 });
  const plan = planFmix([2, 10, 10], createRng(1), { alpha: Infinity, maxSoft: 0.1 });
  expect(plan.draws[0]).toMatchObject({ count: 50, soft: 10 });
  const { masks } = applyFmix(batch, plan, { masks: true });
  const own = [...(masks as tf.Tensor4D).dataSync()].filter((_, index) => index % 2 === 0).slice(0, 100);
  // 20 steps from 1 to 0, both ends included.
  expect(own.filter((share) => share > 0 && share < 1)).toHaveLength(18);
});
