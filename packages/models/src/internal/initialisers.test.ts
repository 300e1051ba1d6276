import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { kaimingNormal, uniformFanIn } from './initialisers.js';

describe('initialisers', () => {
  it.each([0, 7])('kaimingNormal has mean 0 and variance 2 / fanOut (seed %i)', (seed) => {
    const values = kaimingNormal(createRng(seed), 20_000, 8);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance / 0.25).toBeCloseTo(1, 1);
  });

  it('uniformFanIn fills ±1/√fanIn', () => {
    const values = uniformFanIn(createRng(0), 5000, 16);
    expect(Math.max(...values)).toBeLessThan(0.25);
    expect(Math.max(...values)).toBeGreaterThan(0.24);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.25);
    expect(Math.min(...values)).toBeLessThan(-0.24);
  });
});
