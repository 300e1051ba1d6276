import { createRng, denseTargets, type MixedBatch } from '@mix/core';
import { chiSquareOfUniform, tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyCutout, type CutoutPlan, cutout, cutoutBox, planCutout } from './cutout.js';

useBackend('cpu');

const twoRows = () => ({
  images: tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 2, 3, 1]),
  labels: tf.tensor1d([0, 2], 'int32'),
});
const plan: CutoutPlan = {
  method: 'cutout',
  shape: [2, 2, 3],
  boxes: [
    [
      [0, 0, 1, 2],
      [0, 1, 2, 2],
    ],
    [],
  ],
  fill: 0,
};

describe('applyCutout', () => {
  it('deletes the boxes together, keeps labels, and shows what is kept', () => {
    const mixed = applyCutout(twoRows(), plan, { masks: true });
    expect([...mixed.images.dataSync()]).toEqual([0, 0, 3, 4, 0, 6, 7, 8, 9, 10, 11, 12]);
    expect([...(mixed.masks as tf.Tensor4D).dataSync()]).toEqual([0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1]);
    expect([...mixed.sources.dataSync()]).toEqual([0, 1]);
    expect([...mixed.lam.dataSync()]).toEqual([1, 1]);
    expect([...denseTargets(mixed.targets, 3).dataSync()]).toEqual([1, 0, 0, 0, 0, 1]);
  });

  it('softens a label by the share that is left, counted once where boxes overlap', () => {
    const soften = { numClasses: 3, power: 1 };
    const { targets } = applyCutout(twoRows(), { ...plan, soften });
    // Half is left: p = 1 − (1 − 1/3) / 2.
    const wanted = [2 / 3, 1 / 6, 1 / 6, 0, 0, 1];
    denseTargets(targets, 3)
      .dataSync()
      .forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 6));
  });

  it('leaves nothing behind when it cannot soften', () => {
    const { images } = twoRows();
    const labels = tf.tensor2d([0.5, 0.5, 1, 0], [2, 2]);
    const before = tf.memory().numTensors;
    expect(() => applyCutout({ images, labels }, { ...plan, soften: { numClasses: 3 } })).toThrow(
      /3 classes/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('fills by channel, and lets no NaN leak', () => {
    const images = tf.tensor4d([Number.NaN, 1, 2, 3], [1, 1, 2, 2]);
    const labels = tf.tensor1d([0], 'int32');
    const filled: CutoutPlan = { ...plan, shape: [1, 1, 2], boxes: [[[0, 0, 1, 1]]], fill: [5, 6] };
    expect([...applyCutout({ images, labels }, filled).images.dataSync()]).toEqual([5, 6, 2, 3]);
    expect(() => applyCutout({ images, labels }, { ...filled, fill: [1, 2, 3] })).toThrow(
      /erase: fill must have 2 channels/,
    );
  });

  it.each([
    [{ boxes: [[[0, 0, 1, 4]], []] }, /applyCutout: plan.boxes must be whole pixels inside \[H,W\]=\[2,3\]/],
    [{ boxes: [[]] }, /plan must have a value for each of 2 rows; got 1/],
    [{ fill: Number.NaN }, /applyCutout: fill must be a finite number/],
    [{ soften: { numClasses: 1 } }, /applyCutout: numClasses must be an integer of at least 2; got 1/],
  ])('refuses %j', (wrong, message) => {
    expect(() => applyCutout(twoRows(), { ...plan, ...wrong } as never)).toThrow(message);
  });
});

describe('planCutout', () => {
  it('centres squares uniformly over all pixels, each row on its own', () => {
    const { boxes } = planCutout([20_000, 20, 30], createRng(1), { length: 2 });
    const centres = boxes.map(([box]) => {
      const [, , y2, x2] = box as readonly [number, number, number, number];
      return [y2 - 1, x2 - 1] as const;
    });
    // Box ends are clipped at the border: the last row and column hold two centres' worth, so look at the inside.
    const inside = centres.filter(([y, x]) => y < 18 && x < 28);
    // 99.9 % quantiles of χ² with 17 and 27 degrees of freedom.
    expect(
      chiSquareOfUniform(
        inside.map(([y]) => (y + 0.5) / 18),
        18,
      ),
    ).toBeLessThan(40.8);
    expect(
      chiSquareOfUniform(
        inside.map(([, x]) => (x + 0.5) / 28),
        28,
      ),
    ).toBeLessThan(55.5);
    expect(inside.length / 20_000).toBeCloseTo((18 * 28) / 600, 1);
  });

  it('has as many holes as asked for, even sides, clipped at the border', () => {
    expect(planCutout([3, 9, 9], createRng(2), { holes: 4 }).boxes.map((holes) => holes.length)).toEqual([
      4, 4, 4,
    ]);
    expect(cutoutBox([20, 20], 7, [10, 10])).toEqual([7, 7, 13, 13]);
    expect(cutoutBox([20, 10], 8, [0, 9])).toEqual([0, 5, 4, 10]);
    expect(cutoutBox([20, 20], 1, [3, 3])).toEqual([3, 3, 3, 3]);
  });

  it('leaves the batch alone where nothing is deleted', () => {
    const batch = tinyBatch();
    const mixed: MixedBatch = cutout({ length: 1 })(batch, { rng: createRng(0) });
    expect(mixed.images.dataSync()).toEqual(batch.images.dataSync());
    expect(mixed.images.id).not.toBe(batch.images.id);
  });

  it.each([
    [{ length: 0 }, /cutout: length must be an integer of at least 1; got 0/],
    [{ holes: 1.5 }, /cutout: holes must be an integer of at least 1; got 1.5/],
    [{ fill: [] }, /cutout: fill must be a finite number, or one for each channel/],
    [{ soften: { numClasses: 10, power: 0 } }, /cutout: power must be a finite number above 0; got 0/],
    [{ soften: { numClasses: 10, threshold: 2 } }, /cutout: threshold must be a number from 0 to 1; got 2/],
  ])('refuses %j', (options, message) => {
    expect(() => cutout(options as never)).toThrow(message);
  });
});
