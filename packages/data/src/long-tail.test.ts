import { createRng, type HostBatch } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { all, keysOf } from '../test/made-data.js';
import {
  classCounts,
  classProbabilities,
  classSampler,
  createLoader,
  datasetLabels,
  drawnShapes,
  dualSource,
  effectiveNumberWeights,
  longTail,
  longTailCounts,
  noisyLabels,
  subset,
} from './index.js';

const data = drawnShapes({ size: 1000, imageSize: 16 });

describe('subset', () => {
  it('keeps keys, labels, annotations and what is corrupt', () => {
    const some = subset({ ...data, corrupt: [7, 8] }, [8, 3, 25]);
    expect(some).toMatchObject({ size: 3, corrupt: [0], classes: data.classes, imageShape: [16, 16, 3] });
    expect(some.sample(2).key).toBe(data.sample(25).key);
    expect([...datasetLabels(some)]).toEqual([8, 3, 5]);
    expect(some.annotation?.(1).box).toEqual(data.annotation(3).box);
    expect(() => some.sample(3)).toThrow(/subset: index must be an integer from 0 to 2; got 3/);
    expect(() => subset(data, [1, 1])).toThrow(/indices must hold no index twice/);
    expect(() => subset(data, [1000])).toThrow(/indices must be integers from 0 to 999; got 1000/);
  });
});

describe('longTail', () => {
  it('keeps as many of each class as the profile says, chosen by the seed', () => {
    const tail = longTail(data, { factor: 0.1 });
    const counts = longTailCounts({ max: 100, numClasses: 10, factor: 0.1 });
    expect(counts).toEqual([100, 77, 59, 46, 35, 27, 21, 16, 12, 10]);
    expect(classCounts(datasetLabels(tail), 10)).toEqual(counts);
    const keys = (seed: number): string[] => {
      const chosen = longTail(data, { factor: 0.1, rng: createRng(seed) });
      return Array.from({ length: chosen.size }, (_, index) => chosen.sample(index).key);
    };
    expect(keys(0)).toEqual(keys(0));
    expect(keys(0)).not.toEqual(keys(1));
    expect(keys(1)).toEqual([...keys(1)].sort());
  });

  it('has a step profile, and survives one class', () => {
    expect(longTailCounts({ max: 50, numClasses: 5, factor: 0.1, profile: 'step' })).toEqual([
      50, 50, 50, 5, 5,
    ]);
    expect(longTailCounts({ max: 50, numClasses: 1, factor: 0.1 })).toEqual([50]);
  });

  it('refuses what leaves a class nothing, or asks for more than there is', () => {
    expect(() => longTail(data, { factor: 0.001 })).toThrow(/leave class '.*' between 1 and the 100 images/);
    expect(() => longTail(data, { factor: 0.1, max: 101 })).toThrow(/between 1 and the 100 images/);
    expect(() => longTail(data, { factor: 0 })).toThrow(/factor must be above 0 and at most 1/);
  });
});

describe('classSampler', () => {
  const tail = longTail(data, { factor: 0.05 });
  const labels = datasetLabels(tail);
  const counts = classCounts(labels, 10);

  it.each([0, 0.5, 1, 2])('draws classes by n^(1 − %d), and images of a class alike', (exponent) => {
    const draws = 100_000;
    const drawn = Array.from(classSampler(labels, { exponent })(draws, createRng(1)));
    const wanted = classProbabilities(counts, exponent);
    const got = classCounts(
      drawn.map((index) => labels[index] as number),
      10,
    );
    got.forEach((count, own) => {
      const p = wanted[own] as number;
      expect(Math.abs(count / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws));
    });
    const rarest = [...labels.keys()].filter((index) => labels[index] === 9);
    const share = (wanted[9] as number) / rarest.length;
    for (const index of rarest) {
      const seen = drawn.filter((other) => other === index).length / draws;
      expect(Math.abs(seen - share)).toBeLessThan(5 * Math.sqrt(share / draws));
    }
  });

  it('never draws a class without images, nor one that is unknown', () => {
    const drawn = Array.from(classSampler([2, -1, 0, 2], { exponent: 2 })(500, createRng(0)));
    expect([...new Set(drawn)].sort()).toEqual([0, 2, 3]);
    expect(classProbabilities([4, 0, 4], 2)).toEqual([0.5, 0, 0.5]);
    expect(() => classSampler([-1])).toThrow(/counts must hold a class with images/);
  });

  it('weighs classes by their effective number', () => {
    const weights = effectiveNumberWeights([10_000, 10, 0], 0.9999);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(3, 12);
    expect(weights[2]).toBe(0);
    expect((weights[1] as number) / (weights[0] as number)).toBeCloseTo(
      (1 - 0.9999 ** 1e4) / (1 - 0.9999 ** 10),
      6,
    );
    expect(effectiveNumberWeights([7, 3], 0)).toEqual([1, 1]);
  });

  it('orders the epochs of a loader, resumable, and not beside a shuffle', async () => {
    const sampler = classSampler(labels);
    const options = { batchSize: 16, sampler, workers: 0 } as const;
    const loader = createLoader(tail, options);
    const epoch = await all(loader.batches(0));
    expect(await all(createLoader(tail, options).batches(0, 2))).toEqual(epoch.slice(2));
    expect(keysOf(await all(loader.batches(1)))).not.toEqual(keysOf(epoch));
    expect(new Set(keysOf(epoch).flat()).size).toBeLessThan(tail.size);
    expect(() => createLoader(tail, { ...options, shuffle: true })).toThrow(/shuffle must be false/);
    const wrong = createLoader(tail, { ...options, sampler: (count) => new Int32Array(count).fill(5000) });
    await expect(all(wrong.batches(0))).rejects.toThrow(
      /sampler must give \d+ indices from 0 to \d+; got 5000/,
    );
  });
});

describe('noisyLabels', () => {
  const rows = Array.from({ length: 1000 }, (_, index) => index);
  const labelsOf = (noisy: ReturnType<typeof noisyLabels>): number[] => [...datasetLabels(noisy)];

  it('redraws the share of labels that it says', () => {
    for (const [noise, wrong] of [
      ['symmetric', 0.4 * 0.9],
      ['exclusive', 0.4],
    ] as const) {
      const noisy = noisyLabels(data, { rate: 0.4, noise, rng: createRng(3) });
      const labels = labelsOf(noisy);
      const share = rows.filter((index) => labels[index] !== noisy.cleanLabels[index]).length / 1000;
      expect(Math.abs(share - wrong)).toBeLessThan(5 * Math.sqrt((wrong * (1 - wrong)) / 1000));
      expect(noisy.sample(17)).toMatchObject({ key: data.sample(17).key, label: labels[17] });
      expect(classCounts(labels, 10).every((count) => count > 50)).toBe(true);
    }
  });

  it('takes classes for others, and leaves those that map to themselves', () => {
    const noise = [1, 1, 2, 3, 4, 5, 6, 7, 8, 8];
    const noisy = noisyLabels(data, { rate: 1, noise });
    expect(labelsOf(noisy).slice(0, 11)).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 1]);
    expect(labelsOf(noisyLabels(data, { rate: 0 }))).toEqual([...noisy.cleanLabels]);
    expect(() => noisyLabels(data, { rate: 1, noise: [1] })).toThrow(
      /noise must name a class for each of 10/,
    );
    expect(() => noisyLabels(data, { rate: 2 })).toThrow(/rate must be a number from 0 to 1/);
  });

  it('gives a sample the same label whatever its neighbours, and repeats for a seed', () => {
    const few = noisyLabels(drawnShapes({ size: 50, imageSize: 16 }), { rate: 0.5, rng: createRng(4) });
    const many = noisyLabels(data, { rate: 0.5, rng: createRng(4) });
    expect(labelsOf(many).slice(0, 50)).toEqual(labelsOf(few));
  });
});

describe('dualSource', () => {
  const first = createLoader(subset(data, [0, 1, 2, 3, 4]), { batchSize: 2, workers: 0 });
  const second = createLoader(subset(data, [10, 11, 12, 13, 14, 15]), {
    batchSize: 3,
    dropLast: true,
    workers: 0,
  });
  const names = (list: readonly HostBatch[]): number[][] => keysOf(list).map((keys) => keys.map(Number));

  it('joins batches row for row, goes on through epochs of the second, and resumes', async () => {
    const both = dualSource(first, second);
    expect(both).toMatchObject({ numSamples: 10, numBatches: 3, batchSize: 4 });
    const epochs = [await all(both.batches(0)), await all(both.batches(1))];
    expect(names(epochs[0] ?? [])).toEqual([
      [0, 1, 10, 11],
      [2, 3, 13, 14],
      [4, 10],
    ]);
    expect(names(epochs[1] ?? []).map((row) => row.at(-1))).toEqual([14, 11, 13]);
    expect(await all(both.batches(1, 1))).toEqual(epochs[1]?.slice(1));
    expect([...(epochs[0]?.[0]?.labels ?? [])]).toEqual([0, 1, 0, 1]);
    expect(epochs[0]?.[0]?.images.length).toBe(4 * 16 * 16 * 3);
  });

  it('refuses sources that do not fit', async () => {
    expect(() => dualSource(second, first)).toThrow(/second must have the first's classes and image shape/);
    const short = createLoader(subset(data, [0, 1, 2, 3]), { batchSize: 3, workers: 0 });
    const both = dualSource(createLoader(subset(data, [0, 1, 2, 3]), { batchSize: 2, workers: 0 }), short);
    await expect(all(both.batches(0))).rejects.toThrow(
      /second must give 2 rows at least; got 1\. Make its loader with dropLast: true, and with onCorrupt: 'replace'/,
    );
  });
});
