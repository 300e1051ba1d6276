import { createRng, denseTargets, type MixErrorCode } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyMixup, mixup, planMixup } from './mixup.js';
import { derange } from './pairing.js';

useBackend('cpu');

const two = () => ({ images: tf.tensor4d([0, 8], [2, 1, 1, 1]), labels: tf.tensor1d([0, 1], 'int32') });

describe('applyMixup', () => {
  it('weights the own image with λ and the partner with the rest', () => {
    const plan = { method: 'mixup', shape: [2, 1, 1], partner: [1, 0], lam: [0.25, 0.5] } as const;
    const mixed = applyMixup(two(), plan);
    // Row 0: ¼·0 + ¾·8; row 1: ½·8 + ½·0.
    expect([...mixed.images.dataSync()]).toEqual([6, 4]);
    expect([...denseTargets(mixed.targets, 2).dataSync()]).toEqual([0.25, 0.75, 0.5, 0.5]);
    expect([...mixed.sources.dataSync()]).toEqual([0, 1, 1, 0]);
    expect([...mixed.lam.dataSync()]).toEqual([0.25, 0.75, 0.5, 0.5]);
  });

  it.each([
    [
      [1, 1],
      [Number.NaN, 3],
    ],
    [
      [0, 0],
      [3, Number.NaN],
    ],
    [
      [1, 0],
      [Number.NaN, Number.NaN],
    ],
  ])('copies for λ %j, so that a NaN does not leak', (lam, expected) => {
    const images = tf.tensor4d([Number.NaN, 3], [2, 1, 1, 1]);
    const plan = { method: 'mixup', shape: [2, 1, 1], partner: [1, 0], lam } as const;
    const mixed = applyMixup({ images, labels: tf.tensor1d([0, 1], 'int32') }, plan);
    expect([...mixed.images.dataSync()]).toEqual(expected);
  });

  it.each([
    [{ method: 'cutmix' }, /plan.method must be 'mixup'; got "cutmix"/, 'INVALID_ARGUMENT'],
    [{ shape: [2, 1, 9] }, /plan.shape must be the batch's \[B,H,W\]=\[2,1,1\]/, 'SHAPE'],
    [{ lam: [0.5] }, /plan must have a value for each of 2 rows; got 1/, 'BATCH_SIZE'],
  ])('refuses a plan that does not fit: %j', (wrong, message, code) => {
    const plan = { method: 'mixup', shape: [2, 1, 1], partner: [1, 0], lam: [1, 1], ...wrong };
    let thrown: unknown;
    try {
      applyMixup(two(), plan as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: code as MixErrorCode, message: expect.stringMatching(message) });
  });
});

describe('planMixup', () => {
  it('shares draws as the mode says', () => {
    const shape = [6, 4, 4] as const;
    const distinct = (mode: 'batch' | 'elem' | 'pair') =>
      new Set(planMixup(shape, createRng(5), { mode }).lam).size;
    expect([distinct('batch'), distinct('elem'), distinct('pair')]).toEqual([1, 6, 3]);
    const { partner, lam } = planMixup(shape, createRng(5), { mode: 'pair' });
    expect(partner).toEqual([5, 4, 3, 2, 1, 0]);
    expect(lam).toEqual([...lam].reverse());
  });

  it("gives a row the same λ whatever the batch's size", () => {
    const lam = (size: number) => planMixup([size, 1, 1], createRng(9), { mode: 'elem' }).lam;
    expect(lam(8).slice(0, 3)).toEqual(lam(3));
  });

  it('folds λ above one half', () => {
    const { lam } = planMixup([500, 1, 1], createRng(2), { fold: true, mode: 'elem' });
    expect(Math.min(...lam)).toBeGreaterThanOrEqual(0.5);
  });

  it('takes alpha Infinity as one half, and leaves no row to itself under derange', () => {
    const { lam, partner } = planMixup([5, 1, 1], createRng(0), { alpha: Infinity, pairing: derange });
    expect(new Set(lam)).toEqual(new Set([0.5]));
    partner.forEach((other, row) => expect(other).not.toBe(row));
  });

  it.each([0, -1, Number.NaN])('refuses alpha %d before any batch is seen', (alpha) => {
    expect(() => mixup({ alpha })).toThrow(/mixup: alpha must be above 0; got .*leave it out/);
  });

  it.each([
    [{ mode: 'pair', pairing: derange }, /pairing must be `reverse` when mode is 'pair'; got "derange"/],
    [{ mode: 'rows' }, /mode must be one of 'batch', 'pair', 'elem'; got "rows"/],
    [{ pairing: () => [0, 7, 1] }, /pairing must give 3 rows from 0 to 2; got \[0,7,1\]/],
  ])('refuses %j', (options, message) => {
    expect(() => planMixup([3, 1, 1], createRng(0), options as never)).toThrow(message);
  });
});
