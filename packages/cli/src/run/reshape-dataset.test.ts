import { createRng } from '@mix/core';
import { classCounts, datasetLabels, drawnShapes, type ImageDataset } from '@mix/data';
import { describe, expect, it } from 'vitest';
import type { DataConfig } from '../config/config-schema.js';
import { resolveConfig } from '../config/resolve-config.js';
import { reshapeDataset } from './reshape-dataset.js';

const dataset = drawnShapes({ size: 600, split: 'train' });
const clean = datasetLabels(dataset);
const numClasses = dataset.classes.length;

function reshape(data: Partial<DataConfig>, seed = 0): ImageDataset {
  const config = resolveConfig({ file: { name: 'test', content: { data } }, flags: new Map() });
  return reshapeDataset(dataset, config.data, createRng(seed));
}

const wrong = (data: Partial<DataConfig>): readonly (readonly [own: number, given: number])[] =>
  [...datasetLabels(reshape(data))]
    .map((given, index) => [clean[index] as number, given] as const)
    .filter(([own, given]) => own !== given);

describe('reshapeDataset', () => {
  it('leaves a data set as it is unless asked', () => {
    expect(reshape({})).toBe(dataset);
  });

  it('cuts the classes down to a tail, by the seed', () => {
    const least = Math.min(...classCounts(clean, numClasses));
    const tailed = reshape({ tail: 'exponential', tailFactor: 0.1 });
    const counts = classCounts(datasetLabels(tailed), numClasses);
    expect(counts[0]).toBe(least);
    expect(counts.at(-1)).toBe(Math.trunc(least * 0.1));
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    const keys = (one: ImageDataset): string[] =>
      Array.from({ length: one.size }, (_, index) => one.sample(index).key);
    expect(keys(reshape({ tail: 'exponential', tailFactor: 0.1 }))).toEqual(keys(tailed));
    expect(keys(reshape({ tail: 'exponential', tailFactor: 0.1 }, 1))).not.toEqual(keys(tailed));
    expect(
      new Set(classCounts(datasetLabels(reshape({ tail: 'step', tailFactor: 0.1 })), numClasses)).size,
    ).toBe(2);
  });

  it('gives wrong labels at the rate asked for', () => {
    const share = (data: Partial<DataConfig>): number =>
      wrong({ noiseRate: 0.5, ...data }).length / dataset.size;
    expect(share({ labelNoise: 'exclusive' })).toBeCloseTo(0.5, 1);
    expect(share({ labelNoise: 'symmetric' })).toBeCloseTo((0.5 * (numClasses - 1)) / numClasses, 1);
  });

  it('takes classes for the next one, or for those of a map', () => {
    for (const [own, given] of wrong({ labelNoise: 'asymmetric' }))
      expect(given).toBe((own + 1) % numClasses);
    const noiseMap = Array.from({ length: numClasses }, (_, own) => (own < 2 ? 1 - own : own));
    const pairs = wrong({ labelNoise: 'asymmetric', noiseMap });
    expect(pairs.length).toBeGreaterThan(0);
    for (const [own, given] of pairs) expect([own, given].sort()).toEqual([0, 1]);
    expect(() => reshape({ labelNoise: 'asymmetric', noiseMap: [1, 0] })).toThrow(
      `name a class for each of ${numClasses}`,
    );
  });
});
