import { applySmoothmix } from '@mix/handcrafted';
import { compareNumbers } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import { compareMask } from './compare-mask.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';

export const smoothmixFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const [, height, width] = shape;
  const partner = values(golden, 'inputs.perm');
  const { dy = 0, dx = 0, sigma = 1 } = golden.draws;
  const own = golden.expected['own_lam'] as number;
  const plan = {
    method: 'smoothmix',
    shape,
    partner,
    centres: partner.map(() => [(height - 1) / 2 + dy, (width - 1) / 2 + dx] as const),
    deviations: partner.map(() => sigma),
    lam: partner.map(() => own),
  } as const;
  const mixed = applySmoothmix(batch, plan, { masks: true });
  const swapped = golden.expected['own_lam_openmixup'] as number;
  return [
    ...(await compareMixed(golden, mixed)),
    await compareMask(golden, 'outputs.partner_kernel', mixed, 1),
    compareNumbers('expected.own_lam_openmixup', [1 - own], [swapped], 1e-6),
  ];
};
