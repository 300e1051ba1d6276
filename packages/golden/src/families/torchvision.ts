import { createRng } from '@mix/core';
import { applyCutmix, applyMixup, cutmixBox, roll } from '@mix/handcrafted';
import { compareExactly, compareNumbers } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';
import { shareOutside } from './share-outside.js';

export const torchvisionFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const partner = roll(shape[0], createRng(0));
  const { lam: drawn = 1, cy = 0, cx = 0 } = golden.draws;
  const mixupLam = partner.map(() => drawn);
  const blended = applyMixup(batch, { method: 'mixup', shape, partner, lam: mixupLam });
  const box = cutmixBox([shape[1], shape[2]], drawn, [cy, cx]);
  const lam = shareOutside(box, [shape[1], shape[2]]);
  const boxes = partner.map(() => box);
  const cut = applyCutmix(batch, { method: 'cutmix', shape, partner, boxes, lam: partner.map(() => lam) });
  return [
    compareNumbers('inputs.perm', partner, values(golden, 'inputs.perm'), 0),
    await compareExactly(golden, 'outputs.box', box),
    compareNumbers('expected.cutmix_lam', [lam], [golden.expected['cutmix_lam'] as number], 1e-12),
    ...(await compareMixed(golden, blended, { prefix: 'mixup_' })),
    ...(await compareMixed(golden, cut, { exact: true, prefix: 'cutmix_' })),
  ];
};
