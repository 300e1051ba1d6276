import '@tensorflow/tfjs-layers';
import { createRng } from '@mix/core';
import { tinyBatch, tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adjustMask } from './adjust-mask.js';
import { compareMasks } from './compare-masks.js';
import { applyLamMargin, isInMargin } from './lam-margin.js';
import { maskCollapse } from './mask-collapse.js';
import { maskLoss } from './mask-loss.js';
import { maskLossWeight } from './mask-loss-weight.js';
import { maskSlope } from './mask-slope.js';
import { maskStatistics } from './mask-statistics.js';
import { planPairs } from './plan-pairs.js';
import { rescaleLam } from './rescale-lam.js';

useBackend('cpu');

const noise = (shape: [number, number, number, number], seed = 0): tf.Tensor4D => {
  const rng = createRng(seed);
  return tf.tensor4d(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.uniform()),
    shape,
  );
};
const first = (x: tf.Tensor): number => x.dataSync()[0] as number;

describe('planPairs', () => {
  it('draws permutations or derangements, with one λ or one a row', () => {
    const { partner, lam } = planPairs(6, createRng(0));
    expect([...partner].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(lam).size).toBe(1);
    expect(new Set(planPairs(6, createRng(0), { lamPer: 'sample' }).lam).size).toBe(6);
    for (let seed = 0; seed < 20; seed++) {
      for (const size of [2, 3, 5]) {
        const other = planPairs(size, createRng(seed), { derangement: true }).partner;
        expect(other.some((row, index) => row === index)).toBe(false);
      }
    }
    expect(planPairs(1, createRng(0)).partner).toEqual([0]);
  });
});

describe('adjustMask', () => {
  it('makes the mean λ exactly and stays in [0,1], from above, from below and from the borders', () => {
    const share = tf.concat([
      noise([3, 4, 5, 1]),
      tf.zeros([1, 4, 5, 1]),
      tf.ones([1, 4, 5, 1]),
    ]) as tf.Tensor4D;
    const lam = [0.1, 0.5, 0.95, 0.3, 0.6];
    const adjusted = adjustMask(share, lam);
    tf.mean(adjusted, [1, 2, 3])
      .dataSync()
      .forEach((mean, row) => expect(mean).toBeCloseTo(lam[row]!, 5));
    expect(first(tf.min(adjusted))).toBeGreaterThanOrEqual(0);
    expect(first(tf.max(adjusted))).toBeLessThanOrEqual(1);
  });
});

describe('applyLamMargin', () => {
  it('leaves plain Mixup of λ in the margin, row by row', () => {
    const share = noise([3, 2, 2, 1]);
    const got = applyLamMargin(share, [0.05, 0.5, 0.95], 0.08).arraySync();
    expect(got[0]!.flat(2)).toEqual([0.05, 0.05, 0.05, 0.05].map(Math.fround));
    expect(got[1]).toEqual(share.arraySync()[1]);
    expect(got[2]!.flat(2)).toEqual([0.95, 0.95, 0.95, 0.95].map(Math.fround));
    expect([isInMargin(0, 0), isInMargin(0.08, 0.08), isInMargin(0.5, 0.08)]).toEqual([false, true, false]);
  });
});

describe('maskLoss', () => {
  it('computes all four regularisers by hand, over the batch or each sample by its own λ', () => {
    const share = tf.tensor4d([0, 1, 0.5, 0.5], [2, 1, 2, 1]);
    const loss = (mode: 'L1' | 'L1+Variance' | 'L2+Variance' | 'Sparsity', lam: number[]): number =>
      first(maskLoss(share, lam, { mode, margin: 0.1 }));
    // Mean ½, variance ⅛, mean m(1 − m) = ⅛.
    expect(loss('L1', [0.9, 0.9])).toBeCloseTo(0.3, 6);
    expect(loss('L1', [0.55, 0.55])).toBe(0);
    expect(loss('L1+Variance', [0.9, 0.9])).toBeCloseTo(0.3 - 0.25, 6);
    expect(loss('L2+Variance', [0.9, 0.9])).toBeCloseTo(0.16 - 0.01 - 0.25, 6);
    expect(loss('Sparsity', [0.9, 0.9])).toBeCloseTo(0.025, 6);
    // The rows' own: |½ − 1| − .1 and |½ − 0| − .1, where the batch's mean λ is just right.
    expect(first(maskLoss(share, [1, 0]))).toBe(0);
    expect(first(maskLoss(share, [1, 0], { reduction: 'sample' }))).toBeCloseTo(0.4, 6);
    expect(first(maskLoss(share, [0.5, 0.5], { mode: 'L1+Variance', reduction: 'sample' }))).toBeCloseTo(
      -0.25,
      6,
    );
    expect(() => maskLoss(share, [1])).toThrow(/one number for each of 2 rows; got 1/);
  });

  it('decays as asked', () => {
    expect(['constant', 'cosine', 'linear'].map((d) => maskLossWeight(0.1, d as 'cosine', 0.25))).toEqual(
      [0.1, 0.05 * (1 + Math.SQRT1_2), 0.075].map((weight) => expect.closeTo(weight, 12)),
    );
  });
});

describe('rescaleLam', () => {
  it.each([0, 0.25, 1, 10])('keeps 0, ½ and 1, is symmetric, and rises, for k = %d', (k) => {
    expect([0, 0.5, 1].map((lam) => rescaleLam(lam, k))).toEqual(
      [0, 0.5, 1].map((lam) => expect.closeTo(lam, 12)),
    );
    for (let lam = 0; lam < 1; lam += 0.05) {
      expect(rescaleLam(1 - lam, k)).toBeCloseTo(1 - rescaleLam(lam, k), 12);
      expect(rescaleLam(Math.min(lam + 0.05, 1), k)).toBeGreaterThan(rescaleLam(lam, k));
    }
    expect(rescaleLam(0.3, 20)).toBe(rescaleLam(0.3, 10));
    expect(rescaleLam(0.3, -1)).toBe(0.3);
  });
});

describe('telemetry', () => {
  it('tells an equal blend, cut-and-paste, and K images', () => {
    const numbers = (masks: tf.Tensor4D): number[] => Object.values(maskStatistics(masks)).map(first);
    expect(numbers(tf.fill([2, 2, 2, 1], 0.5))).toEqual([0.5, 0, 1].map((x) => expect.closeTo(x, 6)));
    const cut = tf.tensor4d([1, 1, 0, 0, 1, 1, 0, 0], [2, 2, 2, 1]);
    expect(numbers(cut)).toEqual([0.5, 0.5, 0].map((x) => expect.closeTo(x, 6)));
    expect(numbers(tf.fill([2, 2, 2, 3], 1 / 3))).toEqual([1 / 3, 0, 1].map((x) => expect.closeTo(x, 6)));
    expect(maskSlope([0, 0.5, 1], [0.2, 0.5, 0.8])).toBeCloseTo(0.6, 12);
    expect(() => maskSlope([0.5, 0.5], [0, 1])).toThrow(/not all the same/);
  });

  it('names both collapses', () => {
    expect(maskCollapse({ mean: 0.5, spread: 0.001, lam: 0.3 })).toBe('constant');
    expect(maskCollapse({ mean: 0.999, spread: 0.001, lam: 0.3 })).toBe('saturated');
    expect(maskCollapse({ mean: 0.005, spread: 0.3, lam: 0.5 })).toBe('saturated');
    expect(maskCollapse({ mean: 0.45, spread: 0.2, lam: 0.5 })).toBeUndefined();
  });

  it('judges masks beside Mixup and an equal blend, which they may be', () => {
    const judge = tinyNetwork();
    const batch = tinyBatch({ size: 3 });
    const sources = [0, 1, 2].map((row) => [row, (row + 1) % 3]);
    const lam = sources.map(() => [0.7, 0.3]);
    const by = (share: number): number[] => {
      const masks = tf.concat(
        [tf.fill([3, 6, 8, 1], share), tf.fill([3, 6, 8, 1], 1 - share)],
        3,
      ) as tf.Tensor4D;
      return Object.values(compareMasks(judge, batch, { sources, lam, masks })).map(first);
    };
    const [learned, constant, equal] = by(0.7);
    expect(learned).toBeCloseTo(constant!, 5);
    expect(by(0.5)[0]).toBeCloseTo(equal!, 5);
    expect(equal).not.toBeCloseTo(constant!, 4);
  });
});
