import { describe, expect, it } from 'vitest';
import { constant } from './constant.js';
import { cosine } from './cosine.js';
import { linearWarmup } from './linear-warmup.js';

describe('cosine', () => {
  it('follows PyTorch', () => {
    // o = torch.optim.SGD([q], lr=0.4); s = CosineAnnealingLR(o, T_max=8, eta_min=0.01); s.get_last_lr() before each step
    const expected = [
      0.4, 0.38515650883970093, 0.34288582233137677, 0.2796232693111925, 0.205, 0.13037673068880748,
      0.06711417766862324, 0.024843491160299085, 0.01,
    ];
    const schedule = cosine({ base: 0.4, final: 0.01, totalSteps: 8 });
    expected.forEach((rate, step) => {
      expect(schedule(step)).toBeCloseTo(rate, 12);
    });
    expect(schedule(100)).toBe(0.01);
  });

  it('warms up linearly to the base, which no step exceeds', () => {
    const schedule = cosine({ base: 0.8, warmupSteps: 4, totalSteps: 14 });
    expect([0, 1, 2, 3, 4].map(schedule)).toEqual([0.2, 0.4, 0.6000000000000001, 0.8, 0.8]);
    expect(schedule(9)).toBeCloseTo(0.4, 12);
    expect(schedule(14)).toBe(0);
  });

  it.each([
    [{ base: 0, totalSteps: 1 }, 'cosine: base must be a finite number above 0; got 0'],
    [{ base: 1, totalSteps: 0 }, 'cosine: totalSteps must be an integer of at least 1; got 0'],
    [{ base: 1, totalSteps: 4, warmupSteps: 4 }, 'cosine: warmupSteps must be below totalSteps, 4; got 4'],
    [{ base: 1, totalSteps: 4, final: -1 }, 'cosine: final must be a number from 0'],
  ])('refuses %o', (options, message) => {
    expect(() => cosine(options)).toThrow(message);
  });
});

describe('constant and linearWarmup', () => {
  it('stay at the base and lead to it', () => {
    expect([0, 1000].map(constant(0.1))).toEqual([0.1, 0.1]);
    expect([0, 1, 2].map(linearWarmup(constant(0.5), 2))).toEqual([0.25, 0.5, 0.5]);
    expect(linearWarmup(constant(0.5), 0)(0)).toBe(0.5);
  });
});
