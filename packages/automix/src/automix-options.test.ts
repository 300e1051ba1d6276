import { createRng } from '@mix/core';
import { tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { automix } from './automix.js';
import { type AutomixOptions, type MethodDefaults, resolveOptions } from './automix-options.js';

useBackend('cpu');

const samix: MethodDefaults = { name: 'samix', design: {}, maskLossMode: 'L1+Variance' };
const resolved = (options: Partial<AutomixOptions>, defaults = samix) => {
  const classifier = tinyNetwork();
  const needed = { classifier, teacher: classifier, imageShape: [8, 8, 3], rng: createRng(0) } as const;
  return resolveOptions({ ...needed, ...options }, defaults);
};

describe('resolveOptions', () => {
  it('recommends what the reference has otherwise, and takes it back by presets', () => {
    expect(resolved({})).toMatchObject({
      pairs: { alpha: 2, lamPer: 'batch', derangement: false },
      momentum: {},
      copyStatsAtInit: true,
      maskLoss: { mode: 'L1+Variance', weight: 0.1, decay: 'constant' },
      lamMargin: 0.08,
      maskAdjustLam: 'backbone',
      skipKeepsMaskLoss: false,
      etaLoss: 'ce',
      weights: { one: 1, mix: 1, generator: 1 },
    });
    expect(resolved({ compat: 'openmixup', momentum: { base: 0.99 } })).toMatchObject({
      momentum: { base: 0.99, restartAtZero: true },
      copyStatsAtInit: false,
      maskAdjustLam: 'generator',
      skipKeepsMaskLoss: true,
      etaLoss: 'ce',
    });
    expect(resolved({ compat: 'paper' })).toMatchObject({ etaLoss: 'bce', maskLoss: { decay: 'linear' } });
    expect(resolved({ compat: 'paper' }, { ...samix, name: 'automix' }).etaLoss).toBe('ce');
  });

  it.each<[Partial<AutomixOptions>, string]>([
    [{ alpha: 0 }, 'samix: alpha must be a finite number above 0; got 0'],
    [{ lamPer: 'row' as never }, 'samix: lamPer must be'],
    [{ generatorUpsampling: 'cubic' as never }, 'samix: generatorUpsampling must be'],
    [{ generatorUpsampling: [] }, 'samix: generatorUpsampling must not be empty'],
  ])('refuses %j before the first step', (options, message) => {
    expect(() => resolved(options)).toThrow(message);
  });

  it('leaves nothing behind where a method cannot be made', () => {
    const classifier = tinyNetwork();
    const before = tf.memory().numTensors;
    const same = { classifier, teacher: classifier, imageShape: [8, 8, 3], rng: createRng(0) } as const;
    expect(() => automix(same)).toThrow('teacher must be another classifier than the student');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets options go before presets', () => {
    const given = { copyStatsAtInit: true, maskAdjustLam: 'backbone', momentum: 'auto' } as const;
    expect(resolved({ compat: 'openmixup', ...given })).toMatchObject(given);
  });
});
