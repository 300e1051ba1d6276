import { describe, expect, it } from 'vitest';
import { type MarginRule, usesConstantMask } from './uses-constant-mask.js';

describe('usesConstantMask', () => {
  it.each<[MarginRule, number[], number, boolean]>([
    // Any K, any source.
    ['any', [0.2, 0.54, 0.26], 0.03, false],
    ['any', [0.5, 0.03, 0.47], 0.03, true],
    ['any', [0.01, 0.98, 0.01], 0.03, true],
    ['any', [0.97, 0.03], 0.03, true],
    ['any', [0.96, 0.04], 0.03, false],
    ['any', [0.25, 0.25, 0.25, 0.25], 0.03, false],
    ['any', [0.5, 0.01, 0.49], 0, false],
    ['any', [1, 0, 0], 0, true],
    // The first share alone.
    ['first', [0.2, 0.54, 0.26], 0.03, false],
    ['first', [0.5, 0.01, 0.49], 0.03, false],
    ['first', [0.02, 0.5, 0.48], 0.03, true],
    ['first', [0.98, 0.01, 0.01], 0.03, true],
    // The test turned around: all but the largest first shares.
    ['openmixup', [0.2, 0.54, 0.26], 0.03, true],
    ['openmixup', [0.2, 0.54, 0.26], 0, true],
    ['openmixup', [0.98, 0.01, 0.01], 0.03, false],
    // Pairs are right everywhere.
    ['openmixup', [0.6, 0.4], 0.03, false],
    ['openmixup', [0.98, 0.02], 0.03, true],
    ['first', [0.02, 0.98], 0.03, true],
  ])('%s: %j with margin %d gives %s', (rule, lam, margin, wanted) => {
    expect(usesConstantMask(lam, margin, rule)).toBe(wanted);
  });

  it('refuses another rule or margin', () => {
    expect(() => usesConstantMask([0.5, 0.5], 0.03, 'all' as never)).toThrow(
      "usesConstantMask: rule must be one of 'any', 'first', 'openmixup'",
    );
    expect(() => usesConstantMask([0.5, 0.5], 1)).toThrow('usesConstantMask: margin must be a number from 0');
  });
});
