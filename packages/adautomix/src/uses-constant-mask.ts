/** Which published margin rule to follow, where it differs from the intended one. */
export type AdautomixCompat = 'none' | 'openmixup' | 'sumix';

/**
 * Whether the classifier's mask gives way to constants λ_i because one source has (almost) everything: `min λ ≤ margin` or
 * `max λ ≥ 1 − margin`.
 *
 * `'sumix'` looks at the first share alone. `'openmixup'` does too, and for three and more sources its second test is turned around,
 * `1 − λ_0 > margin`: nearly always true, so that the classifier hardly ever sees a learned mask.
 *
 * @param lam Shares of one row's sources.
 * @param margin In `[0,½]`.
 */
export function usesConstantMask(
  lam: readonly number[],
  margin: number,
  compat: AdautomixCompat = 'none',
): boolean {
  if (compat === 'none') return Math.min(...lam) <= margin || Math.max(...lam) >= 1 - margin;
  const [first = 1] = lam;
  if (lam.length > 2)
    return first <= margin || (compat === 'openmixup' ? margin < 1 - first : margin > 1 - first);
  return first <= margin || 1 - first <= margin;
}
