import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { type AdautomixDraws, type BranchPlan, planAdautomix } from './plan-adautomix.js';

const plan = (options: AdautomixDraws = {}, seed = 0, size = 6) =>
  planAdautomix([size, 4, 4], createRng(seed), options);
const sum = (row: readonly number[]) => row.reduce((total, value) => total + value, 0);
const column = ({ sources }: BranchPlan, k: number) => sources.map((row) => row[k] as number);
const ordered = (rows: readonly number[]) => [...rows].sort((a, b) => a - b);

describe('planAdautomix', () => {
  it.each([2, 3, 4, 6])('draws shares of %i sources that sum to 1, from permutations', (mixSamples) => {
    for (const branch of [plan({ mixSamples }).generator, plan({ mixSamples }).backbone]) {
      for (const row of branch.lam) {
        expect(row).toHaveLength(mixSamples);
        expect(sum(row)).toBeCloseTo(1, 6);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      }
      for (let k = 0; k < mixSamples; k++) expect(ordered(column(branch, k))).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  it('gives the branches of pairs their own λ and partners, and each row itself first', () => {
    const { generator, backbone } = plan({ mixSamples: 2 });
    expect(generator.lam).not.toEqual(backbone.lam);
    expect(generator.sources).not.toEqual(backbone.sources);
    for (const branch of [generator, backbone]) expect(column(branch, 0)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gives the branches of three one λ and permutations of their own, the first one too', () => {
    const { generator, backbone } = plan({ mixSamples: 3 });
    expect(generator.lam).toEqual(backbone.lam);
    for (let k = 0; k < 3; k++) expect(column(generator, k)).not.toEqual(column(backbone, k));
    expect(column(generator, 0)).not.toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('normalises uniforms: closer to 1/K than Dirichlet shares', () => {
    const first = Array.from({ length: 400 }, (_, seed) => plan({}, seed).backbone.lam[0]?.[0] as number);
    const mean = sum(first) / 400;
    const variance = sum(first.map((value) => (value - mean) ** 2)) / 400;
    expect(mean).toBeCloseTo(1 / 3, 1);
    // Dirichlet(1,1,1) has 1/18.
    expect(variance).toBeLessThan(0.04);
    expect(variance).toBeGreaterThan(0.02);
  });

  it('survives raw shares that are all 0', () => {
    for (let seed = 0; seed < 40; seed++) {
      const [row] = plan({ alpha: 1e-4 }, seed).generator.lam as [number[]];
      expect(sum(row)).toBeCloseTo(1, 6);
    }
  });

  it('has one λ for all rows, or one for each', () => {
    const rows = ({ lam }: BranchPlan) => new Set(lam.map((row) => row[0])).size;
    expect(rows(plan().backbone)).toBe(1);
    expect(rows(plan({ lamPer: 'sample' }).backbone)).toBe(6);
    expect(rows(plan({ lamPer: 'sample', mixSamples: 2 }).generator)).toBe(6);
  });

  it('draws K uniformly from 2 to the most', () => {
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 90; seed++) {
      const { generator, backbone } = plan({ mixSamples: 4, randomSamples: true }, seed);
      const count = generator.sources[0]?.length as number;
      expect(backbone.sources[0]).toHaveLength(count);
      counts[count - 2] = (counts[count - 2] as number) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(15);
  });

  it.each([
    [2, 2],
    [2, 5],
    [3, 3],
    [3, 7],
    [4, 5],
  ])('keeps %i sources apart among %i rows', (mixSamples, size) => {
    for (let seed = 0; seed < 30; seed++) {
      const { generator, backbone } = plan({ mixSamples, derangement: true }, seed, size);
      for (const row of [...generator.sources, ...backbone.sources])
        expect(new Set(row).size).toBe(mixSamples);
      for (let k = 0; k < mixSamples; k++) {
        expect(ordered(column(generator, k))).toEqual(Array.from({ length: size }, (_, row) => row));
      }
    }
  });

  it('serves batches too small for that', () => {
    expect(plan({ derangement: true }, 0, 1).generator.sources).toEqual([[0, 0, 0]]);
    expect(plan({ derangement: true, mixSamples: 2 }, 0, 1).generator.sources).toEqual([[0, 0]]);
  });

  it('trains the generator as often as asked', () => {
    const share = (generatorProb: number) =>
      Array.from({ length: 200 }, (_, seed) => plan({ generatorProb }, seed)).filter((p) => p.trainsGenerator)
        .length / 200;
    expect(share(0)).toBe(0);
    expect(share(1)).toBe(1);
    expect(share(0.8)).toBeCloseTo(0.8, 1);
  });

  it('chooses the upsampling for each mask', () => {
    const modes = Array.from({ length: 30 }, (_, seed) => plan({ upsampling: ['nearest', 'bicubic'] }, seed));
    expect(new Set(modes.map(({ generator }) => generator.upsampling))).toEqual(
      new Set(['nearest', 'bicubic']),
    );
    expect(modes.some(({ generator, backbone }) => generator.upsampling !== backbone.upsampling)).toBe(true);
  });

  it('repeats for a seed, and moves the stream on by one draw', () => {
    const rng = createRng(0);
    const first = planAdautomix([6, 4, 4], rng, { lamPer: 'sample' });
    expect(rng.state().counter).toBe(1);
    expect(planAdautomix([6, 4, 4], createRng(0), { lamPer: 'sample' })).toEqual(first);
    expect(planAdautomix([6, 4, 4], rng, { lamPer: 'sample' })).not.toEqual(first);
  });

  it.each<[string, AdautomixDraws]>([
    ['mixSamples must be an integer of at least 2; got 1', { mixSamples: 1 }],
    ['alpha must be a finite number above 0; got 0', { alpha: 0 }],
    ['generatorProb must be a number from 0 to 1; got 2', { generatorProb: 2 }],
    ['upsampling must not be empty; got []', { upsampling: [] }],
  ])('says that %s', (message, options) => {
    expect(() => plan(options)).toThrow(message);
  });
});
