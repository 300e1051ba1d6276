import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import {
  betaPosterior,
  cleanProbabilities,
  fitBetaMixture,
  fitGaussianMixture,
  noiseProbabilities,
  posteriorTable,
} from './index.js';

// Losses of 700 clean labels around 0.3 and 300 wrong ones around 2.5.
const rng = createRng(5);
const wrong = Array.from({ length: 1000 }, (_, index) => index % 10 < 3);
const losses = wrong.map((is) => (is ? 2.5 + 0.4 * rng.normal() : Math.abs(0.3 + 0.2 * rng.normal())));

// The chance that a wrong label scores above a right one.
function areaUnderCurve(scores: readonly number[]): number {
  const [high, low] = [scores.filter((_, i) => wrong[i]), scores.filter((_, i) => !wrong[i])];
  const wins = high.flatMap((a) => low.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}

describe('fitBetaMixture', () => {
  it('tells wrong labels by their losses, in the right order of components', () => {
    const mixture = fitBetaMixture(losses);
    expect(JSON.parse(JSON.stringify(mixture))).toEqual(mixture);
    const scores = noiseProbabilities(mixture, losses);
    expect(areaUnderCurve(scores)).toBeGreaterThan(0.95);
    expect(Math.abs(mixture.weights[1] - 0.3)).toBeLessThan(0.1);
    for (const score of scores) expect(score >= 1e-4 && score <= 1 - 1e-4).toBe(true);
    const table = posteriorTable(mixture);
    const top = table.indexOf(Math.max(...table));
    expect(new Set(table.slice(top)).size).toBe(1);
    expect(betaPosterior(mixture, 0.9)).toBeGreaterThan(betaPosterior(mixture, 0.1));
    expect(noiseProbabilities(mixture, [-5, 99])).toEqual([
      scores.reduce((a, b) => Math.min(a, b)),
      Math.max(...scores),
    ]);
  });

  it('tells few wrong labels where nearly all losses are 0', () => {
    const few = [...Array(96).fill(0), 5, 5, 5, 5];
    const [right, wrong] = noiseProbabilities(fitBetaMixture(few), [0, 5]);
    expect(right).toBeLessThan(0.1);
    expect(wrong).toBeGreaterThan(0.9);
  });

  it('survives losses that are all alike, and refuses too few or broken ones', () => {
    for (const score of noiseProbabilities(fitBetaMixture(new Float32Array(20).fill(0.7)), [0.7])) {
      expect(score).toBeGreaterThanOrEqual(1e-4);
    }
    expect(() => fitBetaMixture([1, 2])).toThrow(/fitBetaMixture: losses must be those of 10 samples/);
    expect(() => fitBetaMixture(new Float32Array(20).fill(Number.NaN))).toThrow(/losses must be finite/);
  });
});

describe('fitGaussianMixture', () => {
  it('tells right labels by their losses', () => {
    const mixture = fitGaussianMixture(losses);
    const clean = cleanProbabilities(mixture, losses);
    expect(areaUnderCurve(clean.map((p) => 1 - p))).toBeGreaterThan(0.95);
    expect(mixture.weights[0] + mixture.weights[1]).toBeCloseTo(1, 12);
    const alike = new Float32Array(20).fill(0.7);
    for (const p of cleanProbabilities(fitGaussianMixture(alike), alike)) expect(p >= 0 && p <= 1).toBe(true);
  });
});
