import { createRng } from '@mix/core';
import { chiSquareOfUniform, tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyRandomErasing, planRandomErasing, randomErasing } from './random-erasing.js';
import { randomErasingSize } from './random-erasing-size.js';

useBackend('cpu');

const always = { prob: 1, area: [0.02, 0.1], aspect: [0.5, 2] } as const;
// 99.9 % quantile of χ² with 19 degrees of freedom.
const limit = 43.8;

const sizes = (options: object, side = 1000) =>
  planRandomErasing([4000, side, side], createRng(5), { ...always, ...options }).boxes.flatMap((boxes) =>
    boxes.map(([y1, x1, y2, x2]) => ({ height: y2 - y1, width: x2 - x1, top: y1, left: x1 })),
  );

describe('planRandomErasing', () => {
  it('draws area uniformly, and aspect by its logarithm', () => {
    const drawn = sizes({});
    expect(drawn).toHaveLength(4000);
    const area = drawn.map(({ height, width }) => ((height * width) / 1e6 - 0.02) / 0.08);
    // Rounded sides blur the ends a little.
    expect(
      chiSquareOfUniform(
        area.map((share) => Math.min(Math.max(share, 0), 0.999999)),
        20,
      ),
    ).toBeLessThan(limit);
    const aspect = drawn.map(({ height, width }) => Math.log((2 * height) / width) / Math.log(4));
    expect(
      chiSquareOfUniform(
        aspect.map((x) => Math.min(Math.max(x, 0), 0.999999)),
        20,
      ),
    ).toBeLessThan(limit);
    const top = drawn.map(({ height, top: y }) => y / (1001 - height));
    expect(chiSquareOfUniform(top, 20)).toBeLessThan(limit);
    const left = drawn.map(({ width, left: x }) => x / (1001 - width));
    expect(chiSquareOfUniform(left, 20)).toBeLessThan(limit);
  });

  it('draws aspect uniformly on request', () => {
    const aspect = sizes({ aspectScale: 'linear' }).map(({ height, width }) => (height / width - 0.5) / 1.5);
    expect(
      chiSquareOfUniform(
        aspect.map((x) => Math.min(Math.max(x, 0), 0.999999)),
        20,
      ),
    ).toBeLessThan(limit);
  });

  it('shares the area among several rectangles', () => {
    const drawn = sizes({ count: 4 });
    expect(drawn).toHaveLength(16_000);
    const mean = drawn.reduce((sum, { height, width }) => sum + (height * width) / 1e6, 0) / drawn.length;
    // Uniform in [0.005, 0.025]: deviation 0.0058, over 16 000.
    expect(Math.abs(mean - 0.015)).toBeLessThan(5 * (0.0058 / Math.sqrt(16_000)));
  });

  it('erases as many rows as its probability says, and keeps the first part clean', () => {
    const { boxes } = planRandomErasing([10_000, 50, 50], createRng(6), { splits: 5 });
    expect(boxes.slice(0, 2000).every((holes) => holes.length === 0)).toBe(true);
    const rate = boxes.slice(2000).filter((holes) => holes.length > 0).length / 8000;
    expect(Math.abs(rate - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 8000));
  });

  it('gives up where no rectangle fits', () => {
    expect(planRandomErasing([3, 4, 4], createRng(0), { prob: 1, area: [1, 1] }).boxes).toEqual([[], [], []]);
  });

  it.each([
    [{ prob: 2 }, /randomErasing: prob must be a number from 0 to 1; got 2/],
    [{ area: [0.4, 0.2] }, /randomErasing: area must be \[low, high\] with 0 < low ≤ high ≤ 1/],
    [{ aspect: [0, 2] }, /randomErasing: aspect must be \[low, high\] with 0 < low ≤ high/],
    [{ aspectScale: 'logarithmic' }, /randomErasing: aspectScale must be one of 'log', 'linear'/],
    [{ count: 0 }, /randomErasing: count must be an integer of at least 1/],
    [{ tries: 0 }, /randomErasing: tries must be an integer of at least 1/],
    [{ splits: 0 }, /randomErasing: splits must be an integer of at least 1/],
    [{ fill: 'mean' }, /randomErasing: fill must be one of 'colour', 'noise'; got "mean"/],
    [{ soften: { numClasses: 10, maxProb: 2 } }, /randomErasing: maxProb must be a number from 0 to 1/],
  ])('refuses %j', (options, message) => {
    expect(() => randomErasing(options as never)).toThrow(message);
  });
});

describe('applyRandomErasing', () => {
  it('fills each rectangle and channel with one colour, or each pixel with its own', () => {
    const batch = tinyBatch({ size: 40, height: 20, width: 30 });
    for (const fill of ['colour', 'noise'] as const) {
      const plan = planRandomErasing([40, 20, 30], createRng(7), { prob: 1, fill });
      const [mixed, again] = [applyRandomErasing(batch, plan), applyRandomErasing(batch, plan)];
      expect(again.images.dataSync()).toEqual(mixed.images.dataSync());
      const values: number[] = [];
      for (const [row, [box]] of plan.boxes.entries()) {
        const [y1, x1, y2, x2] = box ?? [0, 0, 0, 0];
        const patch = tf.slice(mixed.images, [row, y1, x1, 0], [1, y2 - y1, x2 - x1, 3]);
        const colours = new Set(patch.dataSync());
        expect(colours.size).toBe(fill === 'colour' ? Math.min(3, patch.size) : patch.size);
        values.push(...colours);
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(values.length));
      expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
    }
  });

  it('leaves nothing behind when it cannot soften', () => {
    const batch = { images: tf.ones<tf.Rank.R4>([2, 4, 4, 1]), labels: tf.ones<tf.Rank.R2>([2, 2]) };
    const options = { prob: 1, fill: 'noise', soften: { numClasses: 3 } } as const;
    const before = tf.memory().numTensors;
    expect(() => randomErasing(options)(batch, { rng: createRng(0) })).toThrow(/3 classes/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('draws other noise for the next batch', () => {
    const rng = createRng(1);
    const [first, second] = [0, 1].map(() => planRandomErasing([1, 8, 8], rng, { fill: 'noise' }).fill);
    expect(first).not.toEqual(second);
  });

  it('refuses colours of another number of channels, also where nothing is erased', () => {
    const batch = tinyBatch({ size: 1, height: 4, width: 4 });
    const none = randomErasing({ prob: 0, fill: [0] });
    expect(() => none(batch, { rng: createRng(0) })).toThrow(/fill must have 3 channels/);
  });

  it('refuses a rectangle outside the image', () => {
    const batch = tinyBatch({ size: 1, height: 4, width: 4 });
    const plan = { ...planRandomErasing([1, 4, 4], createRng(0)), boxes: [[[0, 0, 5, 1]]] } as const;
    expect(() => applyRandomErasing(batch, plan as never)).toThrow(
      /applyRandomErasing: plan.boxes must be whole pixels/,
    );
  });
});

describe('randomErasingSize', () => {
  it('rounds halves to even, and must leave part of both sides', () => {
    // √(0.25·100) = 5 by √(0.0625·100) = 2.5 → 2.
    expect(randomErasingSize([10, 10], 0.125, 2)).toEqual({ height: 5, width: 2, fits: true });
    expect(randomErasingSize([10, 10], 1, 1)).toEqual({ height: 10, width: 10, fits: false });
    expect(randomErasingSize([5, 20], 0.25, 1)).toEqual({ height: 5, width: 5, fits: false });
  });
});
