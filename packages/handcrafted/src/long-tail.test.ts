import {
  createRng,
  denseTargets,
  firstHalf,
  type SparseTargets,
  softCrossEntropy,
  withProb,
} from '@mix/core';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  acrossHalves,
  balancedSoftmax,
  classTemperatures,
  classWeighted,
  cutmix,
  mixup,
  otherHalf,
  tempered,
} from './index.js';

useBackend('cpu');

describe('pairings of two streams', () => {
  it('pair row by row, or in a uniform matching, both ways', () => {
    expect(otherHalf(6, createRng(0))).toEqual([3, 4, 5, 0, 1, 2]);
    const rng = createRng(1);
    let first = 0;
    for (let draw = 0; draw < 3000; draw++) {
      const partner = acrossHalves(6, rng);
      partner.forEach((other, row) => {
        expect(partner[other]).toBe(row);
        expect(other < 3).toBe(row >= 3);
      });
      if (partner[0] === 3) first++;
    }
    expect(Math.abs(first / 3000 - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 3000));
    expect(() => otherHalf(5, rng)).toThrow(/otherHalf: the batch must have an even number of rows; got 5/);
    expect(() => acrossHalves(5, rng)).toThrow(/acrossHalves: the batch must have/);
  });

  it('make CMO: backgrounds outside the box, foregrounds inside, at the same place', () => {
    const batch = tinyBatch({ size: 8 });
    const cmo = firstHalf(withProb(cutmix({ pairing: otherHalf }), 0.5));
    const rng = createRng(2);
    let applied = 0;
    for (let draw = 0; draw < 40; draw++) {
      const { images, lam, masks } = cmo(batch, { rng, masks: true });
      expect(images.shape[0]).toBe(4);
      if (lam.shape[1] === 1) {
        expect(images.dataSync()).toEqual(tf.slice(batch.images, 0, 4).dataSync());
        continue;
      }
      applied++;
      const shown = tf.slice(masks as tf.Tensor4D, [0, 0, 0, 0], [-1, -1, -1, 1]);
      const [back, front] = [tf.slice(batch.images, 0, 4), tf.slice(batch.images, 4, 4)];
      const wanted = tf.where(tf.tile(tf.greater(shown, 0.5), [1, 1, 1, 3]), back, front);
      expect(images.dataSync()).toEqual(wanted.dataSync());
    }
    expect(Math.abs(applied - 20)).toBeLessThan(5 * Math.sqrt(10));
  });

  it('make bilateral mixup: both halves are the two sides of the same pairs', () => {
    const batch = tinyBatch({ size: 8 });
    const { images, targets, plan } = mixup({ fold: true, pairing: acrossHalves })(batch, {
      rng: createRng(3),
    });
    const both = tf.add(batch.images, tf.gather(batch.images, [...plan.partner]));
    const sum = tf.add(images, tf.gather(images, [...plan.partner])).dataSync();
    both.dataSync().forEach((value, index) => expect(sum[index]).toBeCloseTo(value, 5));
    const rows = denseTargets(targets, 3);
    const labels = tf.add(rows, tf.gather(rows, [...plan.partner]));
    for (const mass of tf.sum(labels, 1).dataSync()) expect(mass).toBeCloseTo(2, 5);
    expect(plan.lam[0]).toBeGreaterThanOrEqual(0.5);
  });
});

const z = [1, -0.5, 2];
const targets = (): SparseTargets => ({
  kind: 'sparse',
  classes: tf.tensor2d([[0, 2]], [1, 2], 'int32'),
  weights: tf.tensor2d([[0.3, 0.7]]),
});
const value = (loss: tf.Tensor): number => loss.dataSync()[0] as number;
const plain = (logits: readonly number[]): number =>
  value(softCrossEntropy(tf.tensor2d([[...logits]]), targets()));

describe('losses by class', () => {
  it('divide logits by temperatures that fall with the number of images', () => {
    const phi = classTemperatures([100, 10, 1], { epsilon: 0.6, eta: 3 });
    expect(phi[0]).toBe(1);
    expect(phi[1]).toBeCloseTo(((0.6 * 3 + 0.4) / (0.18 + 0.4)) ** (1 / 3), 12);
    expect(phi[2]).toBeGreaterThan(phi[1] as number);
    expect(classTemperatures([9, 1], { epsilon: 0 })).toEqual([1, 1]);
    const before = tf.memory().numTensors;
    const logits = tf.tensor2d([z]);
    const loss = tempered(softCrossEntropy, phi)(logits, targets());
    expect(tf.memory().numTensors - before).toBe(4);
    expect(value(loss)).toBeCloseTo(plain(z.map((x, k) => x / (phi[k] as number))), 5);
  });

  it('add the logarithm of the prior', () => {
    const loss = balancedSoftmax(softCrossEntropy, [6, 3, 1])(tf.tensor2d([z]), targets());
    const [a, b, c] = z as [number, number, number];
    expect(value(loss)).toBeCloseTo(plain([a + Math.log(0.6), b + Math.log(0.3), c + Math.log(0.1)]), 5);
  });

  it('weigh what each class of the targets contributes', () => {
    const log = z.map((x) => x - Math.log(z.reduce((sum, y) => sum + Math.exp(y), 0)));
    const wanted = -(0.3 * 2 * (log[0] as number) + 0.7 * 0.5 * (log[2] as number));
    const weighted = classWeighted(softCrossEntropy, [2, 1, 0.5]);
    expect(value(weighted(tf.tensor2d([z]), targets()))).toBeCloseTo(wanted, 5);
    const dense = { kind: 'dense', values: denseTargets(targets(), 3) } as const;
    expect(value(weighted(tf.tensor2d([z]), dense))).toBeCloseTo(wanted, 5);
  });

  it('refuse classes without images, and logits of other classes', () => {
    expect(() => classTemperatures([1, 0])).toThrow(/classTemperatures: counts must be at least 1/);
    expect(() => balancedSoftmax(softCrossEntropy, [0])).toThrow(/balancedSoftmax: counts/);
    expect(() => tempered(softCrossEntropy, [0])).toThrow(/temperatures must be/);
    expect(() => tempered(softCrossEntropy, [1])(tf.tensor2d([z]), targets())).toThrow(/have 1 classes/);
  });
});
