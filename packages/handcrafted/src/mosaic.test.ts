import { createRng } from '@mix/core';
import { chiSquareOfUniform, tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyMosaic, type MosaicPlan, mosaic, planMosaic } from './mosaic.js';

useBackend('cpu');

describe('applyMosaic', () => {
  const constant = () => ({
    images: tf.tidy(() => tf.tile(tf.tensor4d([1, 2, 3, 4], [4, 1, 1, 1]), [1, 4, 6, 1])) as tf.Tensor4D,
    labels: tf.tensor1d([0, 1, 2, 3], 'int32'),
  });
  const plan: MosaicPlan = {
    method: 'mosaic',
    shape: [4, 4, 6],
    quads: [
      [0, 1, 2, 3],
      [1, 2, 3, 0],
      [2, 3, 0, 1],
      [3, 0, 1, 2],
    ],
    point: [1, 2],
  };

  it('shows whole images in their quadrants, labels by area', () => {
    const mixed = applyMosaic(constant(), plan, { masks: true });
    const first = tf.slice(mixed.images, 0, 1).dataSync();
    [1, 1, 3, 3, 3, 3, 2, 2, 4, 4, 4, 4].forEach((value, index) =>
      expect(first[index]).toBeCloseTo(value, 6),
    );
    const shares = [...mixed.lam.dataSync()].slice(0, 4);
    [2 / 24, 6 / 24, 4 / 24, 12 / 24].forEach((share, index) => expect(shares[index]).toBeCloseTo(share, 6));
    expect([...mixed.sources.dataSync()].slice(4, 8)).toEqual([1, 2, 3, 0]);
  });

  it('shows one image whole where its quadrant is the image', () => {
    const batch = tinyBatch({ size: 4, height: 4, width: 6 });
    const whole = applyMosaic(batch, { ...plan, point: [4, 6] });
    const wanted = batch.images.dataSync();
    whole.images.dataSync().forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 6));
  });

  it.each([
    [
      { point: [5, 0] },
      /applyMosaic: plan.point must be whole pixels from \[0,0\] to \[H,W\]=\[4,6\]; got \[5,0\]/,
    ],
    [{ quads: [[0], [1], [2], [3]] }, /applyMosaic: plan.quads must be four rows from 0 to 3 each/],
  ])('refuses %j', (wrong, message) => {
    expect(() => applyMosaic(constant(), { ...plan, ...wrong } as never)).toThrow(message);
  });
});

describe('planMosaic', () => {
  it('draws points uniformly between its shares, ends included', () => {
    const rng = createRng(1);
    const points = Array.from({ length: 6000 }, () => planMosaic([1, 16, 36], rng).point);
    // 99.9 % quantiles of χ² with 8 and 18 degrees of freedom.
    expect(
      chiSquareOfUniform(
        points.map(([y]) => (y - 3.5) / 9),
        9,
      ),
    ).toBeLessThan(26.1);
    expect(
      chiSquareOfUniform(
        points.map(([, x]) => (x - 8.5) / 19),
        19,
      ),
    ).toBeLessThan(42.3);
  });

  it('refuses shares out of order', () => {
    expect(() => mosaic({ between: [0.6, 0.4] })).toThrow(
      /mosaic: between must be \[low, high\] with 0 ≤ low ≤ high ≤ 1/,
    );
  });
});
