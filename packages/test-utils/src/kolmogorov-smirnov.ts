/**
 * Kolmogorov and Smirnov's distance, times `√n`: how far n values are from a continuous distribution. Below 1.95 in 999 of 1000 samples
 * that have it.
 *
 * @param cdf Distribution function.
 */
export function kolmogorovSmirnov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const distance = sorted.reduce((worst, value, index) => {
    const wanted = cdf(value);
    const [below, above] = [index / sorted.length, (index + 1) / sorted.length];
    return Math.max(worst, Math.abs(wanted - below), Math.abs(wanted - above));
  }, 0);
  return distance * Math.sqrt(sorted.length);
}
