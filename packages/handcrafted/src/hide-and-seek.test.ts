import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyHideAndSeek, type HideAndSeekPlan, hideAndSeek, planHideAndSeek } from './hide-and-seek.js';

useBackend('cpu');

const batch = () => ({ images: tf.ones<tf.Rank.R4>([1, 3, 5, 1]), labels: tf.tensor1d([0], 'int32') });
const plan: HideAndSeekPlan = {
  method: 'hideAndSeek',
  shape: [1, 3, 5],
  cells: [{ size: 2, hidden: [0, 1, 0, 1, 0, 1] }],
  fill: -1,
};

describe('applyHideAndSeek', () => {
  it('hides cells, those at the border as far as they go', () => {
    const mixed = applyHideAndSeek(batch(), plan, { masks: true });
    const keep = [1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0];
    expect([...(mixed.masks as tf.Tensor4D).dataSync()]).toEqual(keep);
    expect([...mixed.images.dataSync()]).toEqual(keep.map((kept) => (kept === 1 ? 1 : -1)));
  });

  it('refuses cells that do not cover the image', () => {
    const cells = [{ size: 2, hidden: [0, 1] }];
    expect(() => applyHideAndSeek(batch(), { ...plan, cells })).toThrow(
      /applyHideAndSeek: plan.cells must hold 6 cells of 2; got 2/,
    );
  });
});

describe('planHideAndSeek', () => {
  it('draws every size alike and hides cells with its probability', () => {
    const { cells } = planHideAndSeek([6000, 16, 24], createRng(1), { prob: 0.3 });
    for (const size of [0, 4, 8]) {
      const rate = cells.filter((cell) => cell.size === size).length / 6000;
      expect(Math.abs(rate - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 6000));
    }
    expect(cells.find(({ size }) => size === 4)?.hidden).toHaveLength(24);
    const hidden = cells.flatMap((cell) => cell.hidden);
    const rate = hidden.reduce((sum, value) => sum + value, 0) / hidden.length;
    expect(Math.abs(rate - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / hidden.length));
  });

  it("takes the paper's sizes for large images", () => {
    const { cells } = planHideAndSeek([200, 224, 224], createRng(2));
    expect(new Set(cells.map(({ size }) => size))).toEqual(new Set([0, 16, 32, 44, 56]));
  });

  it.each([
    [{ sizes: [] }, /hideAndSeek: sizes must hold at least one side/],
    [{ sizes: [4.5] }, /hideAndSeek: sizes must be an integer of at least 0; got 4.5/],
    [{ prob: -1 }, /hideAndSeek: prob must be a number from 0 to 1; got -1/],
    [{ fill: Infinity }, /hideAndSeek: fill must be a finite number/],
  ])('refuses %j', (options, message) => {
    expect(() => hideAndSeek(options)).toThrow(message);
  });
});
