import { describe, expect, it } from 'vitest';
import { constant } from './constant.js';
import { cosine } from './cosine.js';
import { linearWarmup } from './linear-warmup.js';
import { warmupWithin } from './warmup-within.js';

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
    [{ base: 1, totalSteps: 4, final: -1 }, 'cosine: final must be a finite number of at least 0'],
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

describe('warmupWithin', () => {
  it('follows the warm-up of mmcv', () => {
    // CosineAnnealingLrUpdaterHook(min_lr=.1, by_epoch=False, warmup='linear', warmup_iters=4, warmup_ratio=.01), lr 1, 8 iterations:
    // regular = .1 + .9*(1 + cos(pi*i/8))/2; lr = regular*(1 - (1 - i/4)*(1 - .01)) for i < 4
    const schedule = warmupWithin(cosine({ base: 1, final: 0.1, totalSteps: 8 }), 4, 0.01);
    const expected = [0.01, 0.248679541, 0.438440016, 0.543461177, 0.55, 0.377792455, 0.231801948];
    for (const [step, rate] of expected.entries()) expect(schedule(step)).toBeCloseTo(rate, 8);
    expect(schedule(8)).toBeCloseTo(0.1, 12);
  });

  it('begins at 0 if nothing is said, and is nothing without steps', () => {
    expect([0, 1, 2, 3].map(warmupWithin(constant(0.8), 2))).toEqual([0, 0.4, 0.8, 0.8]);
    expect([0, 1].map(warmupWithin(constant(0.8), 0))).toEqual([0.8, 0.8]);
    expect(() => warmupWithin(constant(1), 2, 2)).toThrow('warmupWithin: from must be a number from 0 to 1');
    expect(() => warmupWithin(constant(1), -1)).toThrow('warmupWithin: warmupSteps must');
  });
});
