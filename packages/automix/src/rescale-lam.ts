import { checkRange } from '@mix/core';

/**
 * SAMix's rescaling of λ: `f_κ(λ) = ((4/3)λ³ − 2λ² + κλ)/(κ − 2/3)` with `κ = k + 1`. It leaves 0, ½ and 1, is symmetric about ½ and
 * flat in the middle, with slope 0 there for k = 0.
 *
 * @param lam In `[0,1]`.
 * @param k Below 0 gives λ itself; above 10 counts as 10.
 * @see Li et al. 2021, https://arxiv.org/abs/2111.15454
 */
export function rescaleLam(lam: number, k: number): number {
  checkRange('rescaleLam', 'lam', lam, 0, 1);
  if (k < 0) return lam;
  const kappa = Math.min(k, 10) + 1;
  return ((4 / 3) * lam ** 3 - 2 * lam ** 2 + kappa * lam) / (kappa - 2 / 3);
}
