import { applyGmix } from '@mix/handcrafted';
import { compareNumbers } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import { compareMask } from './compare-mask.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';

export const gmixFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const partner = values(golden, 'inputs.perm');
  const { lam: drawn = 1, cy = 0, cx = 0 } = golden.draws;
  const share = golden.expected['lam'] as number;
  const centres = partner.map(() => [cy, cx] as const);
  const draws = { drawn: partner.map(() => drawn), lam: partner.map(() => share) };
  const mixed = applyGmix(batch, { method: 'gmix', shape, partner, centres, ...draws }, { masks: true });
  return [
    ...(await compareMixed(golden, mixed)),
    await compareMask(golden, 'outputs.own_mask', mixed, 0),
    compareNumbers('expected.lam', (await mixed.lam.data()).slice(0, 1), [share], 1e-6),
  ];
};
