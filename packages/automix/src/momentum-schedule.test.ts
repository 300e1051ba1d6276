import { describe, expect, it } from 'vitest';
import { momentumSchedule } from './momentum-schedule.js';

describe('momentumSchedule', () => {
  it('is constant in the warm-up, then the cosine that counts from step 0', () => {
    const at = momentumSchedule();
    const momentum = [0, 99, 100, 500, 999].map((step) => at(step, 1000));
    // m1 − (m1 − m0)(1 + cos(πt/1000))/2 with m0 = .999, m1 = .999999.
    const wanted = [0.999, 0.999, 0.9990244472701105, 0.9994995, 0.9999989975350683];
    momentum.forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, 12));
    expect(at(5000, 1000)).toBe(0.999999);
  });

  it('warms up in a line, ends with its scope, and restarts when asked', () => {
    const linear = momentumSchedule({ base: 0.5, end: 0.9, scope: [0.4, 0.8], warmup: 'linear' });
    expect([0, 1, 3].map((step) => linear(step, 10))).toEqual(
      [0.5, 0.6, 0.8].map((m) => expect.closeTo(m, 12)),
    );
    expect(linear(8, 10)).toBe(0.9);
    const scope = [0, 1] as const;
    expect(momentumSchedule({ scope })(0, 10)).toBe(0.999);
    expect(momentumSchedule({ scope, restartAtZero: true })(0, 10)).toBe(0);
    expect(momentumSchedule({ scope, restartAtZero: true })(1, 10)).toBeGreaterThan(0.999);
    expect(momentumSchedule({ restartAtZero: true })(0, 10)).toBe(0.999);
  });

  it("leaves e^-20 of the first weights or less in a short training with 'auto'", () => {
    for (const total of [100, 1000, 20_000]) {
      const at = momentumSchedule('auto');
      const left = Array.from({ length: total }, (_, step) => at(step, total)).reduce(
        (product, m) => product * m,
        1,
      );
      expect(left).toBeLessThan(Math.exp(-9));
    }
    expect(momentumSchedule('auto')(0, 5)).toBe(0);
    expect(momentumSchedule(0.97)(3, 5)).toBe(0.97);
  });

  it.each([
    [{ base: 1.5 }, /base must be a number from 0 to 1; got 1.5/],
    [{ scope: [0.5, 0.2] as const }, /scope\[1\] must be a number from 0.5 to 1/],
    [-1, /momentum must be a number of at least 0; got -1/],
    ['Auto' as 'auto', /momentum must be a number, 'auto' or { base, end, scope, warmup }; got "Auto"/],
    [null as never, /momentum must be .*; got null/],
    [[0.9] as never, /momentum must be .*; got \[0.9\]/],
  ])('refuses %j', (momentum, message) => {
    expect(() => momentumSchedule(momentum)).toThrow(message);
  });
});
