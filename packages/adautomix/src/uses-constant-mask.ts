import { checkChoice, checkRange } from '@mix/core';

/** Which sources are looked at, and how: any; the first alone; or the first by openmixup's test, which is turned around for K ≥ 3. */
export type MarginRule = 'any' | 'first' | 'openmixup';

/**
 * Whether the classifier's mask gives way to constants λ_i because one source has (almost) everything: `min λ ≤ margin` or
 * `max λ ≥ 1 − margin`.
 *
 * `'first'` looks at the first share alone, as SUMix' copy of the code does. So does `'openmixup'`, where for three and more sources the
 * second test is turned around, `1 − λ_0 > margin`: nearly always true, so that the classifier hardly ever sees a learned mask.
 *
 * @param lam Shares of one row's sources.
 * @param margin In `[0,½]`.
 * @throws MixError `INVALID_ARGUMENT` for another margin or rule.
 */
export function usesConstantMask(lam: readonly number[], margin: number, rule: MarginRule = 'any'): boolean {
  checkRange('usesConstantMask', 'margin', margin, 0, 0.5);
  checkChoice('usesConstantMask', 'rule', rule, ['any', 'first', 'openmixup']);
  if (rule === 'any') return Math.min(...lam) <= margin || Math.max(...lam) >= 1 - margin;
  const [first = 1] = lam;
  if (lam.length > 2)
    return first <= margin || (rule === 'openmixup' ? margin < 1 - first : margin > 1 - first);
  return first <= margin || 1 - first <= margin;
}
