import { invalidArgument } from '@mix/core';

/**
 * AugMix's mixture of one image: `(1 − m)·x + m·Σ_k w[k]·chain[k]`. On the host, since the chains are made there.
 *
 * @param own The pixels x; borrowed.
 * @param chains The pixels of each chain's result, as many as `own`; borrowed.
 * @param weights w, one for each chain; they sum to 1.
 * @param share m in `[0,1]`: at 0 the result is x bit for bit, at 1 x plays no part.
 * @returns New pixels.
 * @throws MixError `SHAPE` when the numbers of pixels differ, `INVALID_ARGUMENT` for wrong weights.
 */
export function mixChains(
  own: Float32Array,
  chains: readonly Float32Array[],
  weights: readonly number[],
  share: number,
): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Weights may come from single precision.
  const proper = weights.every((weight) => weight >= 0) && Math.abs(total - 1) < 1e-5;
  if (!proper || weights.length !== chains.length) {
    const rule = `be ${chains.length} shares that sum to 1, one for each chain`;
    throw invalidArgument('mixChains', 'weights', rule, weights);
  }
  if (!(share >= 0 && share <= 1)) {
    throw invalidArgument('mixChains', 'share', 'be a number from 0 to 1', share);
  }
  if (chains.some((chain) => chain.length !== own.length)) {
    const lengths = chains.map((chain) => chain.length);
    throw invalidArgument('mixChains', 'chains', `have ${own.length} values each`, lengths, {
      code: 'SHAPE',
    });
  }
  if (share === 0) return own.slice();
  const mixed = new Float64Array(own.length);
  // Without the own pixels at m = 1: 0·Infinity would be NaN.
  if (share < 1) for (let at = 0; at < mixed.length; at++) mixed[at] = (1 - share) * (own[at] as number);
  chains.forEach((chain, index) => {
    const weight = share * (weights[index] as number);
    for (let at = 0; at < mixed.length; at++) {
      mixed[at] = (mixed[at] as number) + weight * (chain[at] as number);
    }
  });
  return new Float32Array(mixed);
}
