/**
 * Pearson's χ² of values in `[0,1)` against the uniform distribution: has `bins − 1` degrees of freedom. Values outside count as
 * infinitely far off.
 */
export function chiSquareOfUniform(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(value * bins);
    if (!(bin >= 0 && bin < bins)) return Infinity;
    counts[bin] = (counts[bin] as number) + 1;
  }
  const wanted = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0);
}
