import { type Batch, checkRange, invalidArgument, type MixedBatch, type Rng, shapeOf } from '@mix/core';
import { applyMixup, type MixupPlan } from './mixup.js';
import { type Pairing, permute } from './pairing.js';

/**
 * Shares by certainty: of two images the one whose label is likelier to be right gets more, `(1 − b)/((1 − b) + (1 − b'))`; half where
 * both are surely wrong.
 *
 * @param noise b of each row: the probability that its label is wrong, in `[0,1]`.
 * @param partner The partner of each row.
 * @returns The own share of each row.
 */
export function certaintyShares(noise: readonly number[], partner: readonly number[]): number[] {
  for (const value of noise) checkRange('certaintyShares', 'noise', value, 0, 1);
  if (partner.length !== noise.length) {
    const rule = `have a row for each of ${noise.length}`;
    throw invalidArgument('certaintyShares', 'partner', rule, partner.length, { code: 'BATCH_SIZE' });
  }
  return noise.map((own, row) => {
    const [mine, others] = [1 - own, 1 - (noise[partner[row] as number] as number)];
    return mine + others > 0 ? mine / (mine + others) : 0.5;
  });
}

/** Mixup with {@link certaintyShares} instead of a drawn λ. */
export function mixByCertainty(
  batch: Batch,
  noise: readonly number[],
  rng: Rng,
  pairing: Pairing = permute,
): MixedBatch<MixupPlan> {
  const shape = shapeOf(batch);
  const partner = pairing(shape[0], rng.split());
  return applyMixup(batch, { method: 'mixup', shape, partner, lam: certaintyShares(noise, partner) });
}
