import { createRng, type Mixer } from '@mix/core';
import { describeMixer, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  applyMixup,
  byClassDistance,
  classDistances,
  differentClass,
  initialClassMeans,
  type LabelPairing,
  mixup,
  partnerProbabilities,
  sameClass,
  updateClassMeans,
  withLabels,
} from './index.js';

useBackend('cpu');

const near = byClassDistance(() => partnerProbabilities(classDistances(initialClassMeans(3))));
const byDistance: Mixer = withLabels(near, (pairing) => mixup({ pairing }));
describeMixer('mixup, class distance', byDistance, { appliers: { mixup: applyMixup } });

const classes = [0, 1, 0, 2, 1, 0, 3];

describe('sameClass', () => {
  it('permutes within classes without a fixed point, and leaves a single one alone', () => {
    for (let seed = 0; seed < 50; seed++) {
      const partner = sameClass(classes, createRng(seed));
      expect([...partner].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
      partner.forEach((other, row) => {
        expect(classes[other]).toBe(classes[row]);
        expect(other === row).toBe(row === 3 || row === 6);
      });
    }
  });
});

describe('differentClass', () => {
  it('draws uniformly from the rows of other classes', () => {
    const rng = createRng(1);
    const draws = 20_000;
    const counts = classes.map(() => 0);
    for (let draw = 0; draw < draws; draw++) {
      const other = differentClass(classes, rng)[0] as number;
      counts[other] = (counts[other] as number) + 1;
    }
    expect([counts[0], counts[2], counts[5]]).toEqual([0, 0, 0]);
    const limit = 5 * Math.sqrt((0.25 * 0.75) / draws);
    for (const row of [1, 3, 4, 6])
      expect(Math.abs((counts[row] as number) / draws - 0.25)).toBeLessThan(limit);
  });

  it('permutes a batch of one class', () => {
    expect([...differentClass([4, 4, 4], createRng(2))].sort()).toEqual([0, 1, 2]);
    expect(differentClass([4], createRng(2))).toEqual([0]);
  });
});

describe('withLabels', () => {
  it('takes the largest class of soft labels', () => {
    const images = tf.zeros<tf.Rank.R4>([4, 2, 2, 1]);
    const soft = tf.tensor2d([0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0, 1], [4, 2]);
    const seen: number[][] = [];
    const watch: LabelPairing = (given, rng) => {
      seen.push(Array.from(given));
      return sameClass(given, rng);
    };
    const before = tf.memory().numTensors;
    const mixed = withLabels(watch, (pairing) => mixup({ pairing }))(
      { images, labels: soft },
      { rng: createRng(0) },
    );
    expect(tf.memory().numTensors - before).toBe(4);
    expect(seen).toEqual([[0, 1, 0, 1]]);
    expect(mixed.plan.partner).toEqual([2, 3, 0, 1]);
  });
});

describe('byClassDistance', () => {
  const distances = [
    [0, 0.1, 0.5],
    [0.1, 0, 0.3],
    [0.5, 0.3, 0],
  ];

  it('draws classes by their probability, whatever their number of rows', () => {
    const probabilities = partnerProbabilities(distances);
    const rows = [0, 1, 1, 1, 1, 2];
    const rng = createRng(3);
    const draws = 20_000;
    let ones = 0;
    for (let draw = 0; draw < draws; draw++) {
      if (rows[byClassDistance(() => probabilities)(rows, rng)[0] as number] === 1) ones++;
    }
    const wanted = 1 / (1 + Math.exp(-0.4 / 0.2));
    expect(probabilities[0]?.[1]).toBeCloseTo(wanted, 12);
    expect(Math.abs(ones / draws - wanted)).toBeLessThan(5 * Math.sqrt((wanted * (1 - wanted)) / draws));
  });

  it('permutes where no candidate is in the batch', () => {
    const probabilities = partnerProbabilities(distances, { nearest: 1 });
    expect(probabilities[0]).toEqual([0, 1, 0]);
    expect([...byClassDistance(() => probabilities)([0, 0, 0], createRng(4))].sort()).toEqual([0, 1, 2]);
  });

  it('tends to uniform as the temperature rises, and turns around for far', () => {
    expect(partnerProbabilities(distances, { temperature: Infinity })[0]).toEqual([0, 0.5, 0.5]);
    const [close = [], far = []] = (['near', 'far'] as const).map(
      (towards) => partnerProbabilities(distances, { towards })[0],
    );
    expect(close[1]).toBeGreaterThan(close[2] as number);
    expect(far[2]).toBeCloseTo(close[1] as number, 12);
    expect(partnerProbabilities(distances, { towards: 'far', nearest: 1 })[0]).toEqual([0, 0, 1]);
    expect(partnerProbabilities(distances, { factors: [1, 0, 1] })[0]).toEqual([0, 0, 1]);
    expect(partnerProbabilities(distances, { temperature: 1e-5 })[0]).toEqual([0, 1, 0]);
  });

  it.each([
    [{ temperature: 0 }, /partnerProbabilities: temperature must be a finite number above 0; got 0/],
    [{ nearest: 0 }, /nearest must be at least 1; got 0/],
    [{ factors: [1] }, /factors must be 3 numbers/],
    [{ towards: 'up' }, /towards must be one of 'near', 'far'/],
  ])('refuses %j', (options, message) => {
    expect(() => partnerProbabilities(distances, options as never)).toThrow(message);
  });
});

describe('class means', () => {
  it('begin smoothed, and move by momentum where there are samples', () => {
    expect(initialClassMeans(2, 0.2)).toEqual([
      [0.9, 0.1],
      [0.1, 0.9],
    ]);
    const moved = updateClassMeans(initialClassMeans(2, 0.2), [0.5, 0.5, 0.3, 0.7], [0, 0], 0.5);
    expect(moved[0]?.[0]).toBeCloseTo(0.5 * 0.9 + 0.5 * 0.4, 12);
    expect(moved[1]).toEqual([0.1, 0.9]);
    expect(() => updateClassMeans(moved, [1, 0], [2])).toThrow(/classes must be from 0 to 1; got 2/);
    expect(() => updateClassMeans(moved, [1], [0])).toThrow(/probabilities must hold 2 values for each of 1/);
  });
});
