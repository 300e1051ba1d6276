import { softCrossEntropy } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { resolveAdautomix } from './adautomix-options.js';

describe('the options of adautomix', () => {
  it('are the recommended ones by default', () => {
    expect(resolveAdautomix({})).toEqual({
      draws: {},
      momentum: {},
      copyStatsAtInit: true,
      beta: 0.3,
      advInterval: 2,
      cosine: 'preserve',
      lamMargin: 0.03,
      marginRule: 'any',
      mixupRatio: 0.5,
      labelSmoothing: 0,
      loss: softCrossEntropy,
      teacherLoss: softCrossEntropy,
      weights: { one: 1, mix: 1, generator: 1 },
    });
  });

  it('reproduce published code by presets', () => {
    expect(resolveAdautomix({ compat: 'openmixup' })).toMatchObject({
      cosine: 'reference',
      marginRule: 'openmixup',
      copyStatsAtInit: false,
      momentum: { restartAtZero: true },
      advInterval: 2,
    });
    expect(resolveAdautomix({ compat: 'sumix', momentum: 'auto' })).toMatchObject({
      cosine: 'reference',
      marginRule: 'first',
      advInterval: 0,
      momentum: 'auto',
    });
  });

  it('go before a preset', () => {
    const given = { cosine: 'preserve', marginRule: 'any', advInterval: 3, copyStatsAtInit: true } as const;
    expect(resolveAdautomix({ compat: 'sumix', ...given })).toMatchObject(given);
    const momentum = { restartAtZero: false, end: 0.9999 };
    expect(resolveAdautomix({ compat: 'openmixup', momentum })).toMatchObject({ momentum });
  });
});
