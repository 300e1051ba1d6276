import { invalidArgument } from '@mix/core';

/**
 * Slope of the least-squares line through mean shares over λ: 1 where masks have the size that λ asks for, 0 where they ignore it.
 *
 * @param lam At least two different values.
 * @param means The mean share of the first image at each.
 * @throws MixError `INVALID_ARGUMENT` for lists of other lengths, or λ all the same.
 */
export function maskSlope(lam: readonly number[], means: readonly number[]): number {
  const centre = mean(lam);
  const spread = lam.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  if (lam.length !== means.length || !(spread > 0)) {
    throw invalidArgument(
      'maskSlope',
      'lam',
      `hold at least two numbers, not all the same, one for each of the ${means.length} means`,
      lam,
    );
  }
  const middle = mean(means);
  const products = lam.map((value, index) => (value - centre) * ((means[index] as number) - middle));
  return products.reduce((sum, value) => sum + value, 0) / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
