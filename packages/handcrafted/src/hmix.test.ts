import { createRng, denseTargets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyHmix, hmix, hmixBox, planHmix } from './hmix.js';

useBackend('cpu');

const zerosAndOnes = () => ({
  images: tf.concat([tf.zeros<tf.Rank.R4>([1, 2, 3, 1]), tf.ones<tf.Rank.R4>([1, 2, 3, 1])]),
  labels: tf.tensor1d([0, 1], 'int32'),
});
const boxes = [
  [0, 1, 1, 3],
  [0, 0, 0, 0],
] as const;
const base = { method: 'hmix', shape: [2, 2, 3], partner: [1, 0], boxes } as const;

describe('applyHmix', () => {
  it('shows the partner in the box, and around it a blend that makes up for the box', () => {
    // ⅔ lie outside: a share of ½ there makes λ = ⅓. The empty box leaves plain Mixup.
    const mixed = applyHmix(zerosAndOnes(), { ...base, lam: [1 / 3, 0.75] });
    const wanted = [0.5, 1, 1, 0.5, 0.5, 0.5, ...Array(6).fill(0.75)];
    wanted.forEach((value, pixel) => expect(mixed.images.dataSync()[pixel]).toBeCloseTo(value, 6));
    const weights = denseTargets(mixed.targets, 2).dataSync();
    [1 / 3, 2 / 3, 0.25, 0.75].forEach((weight, index) => expect(weights[index]).toBeCloseTo(weight, 6));
  });

  it('copies where λ is 0 or 1, so that a NaN does not leak', () => {
    const images = tf.concat([tf.fill([1, 2, 3, 1], Number.NaN), tf.ones([1, 2, 3, 1])]) as tf.Tensor4D;
    const empty = [boxes[1], boxes[1]] as const;
    const mixed = applyHmix(
      { images, labels: tf.tensor1d([0, 1], 'int32') },
      { ...base, boxes: empty, lam: [0, 1] },
    );
    expect([...mixed.images.dataSync()]).toEqual(Array(12).fill(1));
    const whole = { ...base, boxes: [[0, 0, 2, 3], boxes[1]] as const, lam: [0, 1] };
    expect([...applyHmix({ images, labels: tf.tensor1d([0, 1], 'int32') }, whole).images.dataSync()]).toEqual(
      Array(12).fill(1),
    );
  });

  it.each([
    [{ lam: [0.9, 1] }, /applyHmix: plan.lam must be at most the share outside the box, 0.66.*; got 0.9/],
    [
      { boxes: [[0, 0, 3, 3], boxes[1]] },
      /applyHmix: plan.boxes must be whole pixels inside \[H,W\]=\[2,3\]/,
    ],
  ])('refuses %j', (wrong, message) => {
    expect(() => applyHmix(zerosAndOnes(), { ...base, lam: [0.5, 1], ...wrong } as never)).toThrow(message);
  });
});

describe('planHmix', () => {
  it('draws λ uniformly for alpha 1, and boxes of its share', () => {
    const { lam, boxes: drawn } = planHmix([20_000, 64, 64], createRng(1), { mode: 'elem', ratio: 0.25 });
    const sorted = lam.toSorted((a, b) => a - b);
    const distance = sorted.reduce(
      (most, value, rank) => Math.max(most, Math.abs(value - (rank + 0.5) / 20_000)),
      0,
    );
    // The 99.9 % quantile of Kolmogorov and Smirnov's distance is 1.95/√n.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(20_000));
    const inside = drawn
      .map((box, row) => ({ box, own: lam[row] as number }))
      .filter(({ box: [y1, x1, y2, x2] }) => y1 > 0 && x1 > 0 && y2 < 64 && x2 < 64 && y2 > y1);
    expect(inside.length).toBeGreaterThan(1000);
    for (const { box, own } of inside) {
      // √0.25 is half of CutMix's sides.
      expect(box[2] - box[0]).toBe(2 * Math.floor(Math.trunc(64 * Math.sqrt(1 - own) * 0.5) / 2));
    }
  });

  it('has boxes from none, ratio 0, to CutMix', () => {
    expect(hmixBox([8, 8], 0, 0, [4, 4])).toEqual([4, 4, 4, 4]);
    expect(hmixBox([8, 8], 0, 1, [4, 4])).toEqual([0, 0, 8, 8]);
  });

  it.each([
    [{ alpha: -1 }, /hmix: alpha must be above 0/],
    [{ ratio: 1.5 }, /hmix: ratio must be a number from 0 to 1; got 1.5/],
    [{ mode: 'rows' }, /hmix: mode must be one of/],
  ])('refuses %j', (options, message) => {
    expect(() => hmix(options as never)).toThrow(message);
  });
});
