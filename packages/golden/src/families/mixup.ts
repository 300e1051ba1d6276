import { applyMixup } from '@mix/handcrafted';
import { compare } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';

export const mixupFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const partner = values(golden, 'inputs.perm');
  const given = golden.tensors.has('inputs.lam');
  const lam = given ? values(golden, 'inputs.lam') : partner.map(() => golden.draws['lam'] as number);
  const mixed = applyMixup(batch, { method: 'mixup', shape, partner, lam });
  const checks = await compareMixed(golden, mixed);
  if (golden.tensors.has('outputs.lam')) {
    const own = (await mixed.lam.data()).filter((_, index) => index % 2 === 0);
    checks.push(await compare(golden, 'outputs.lam', own));
  }
  return checks;
};
