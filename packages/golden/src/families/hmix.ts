import { applyHmix, hmixBox } from '@mix/handcrafted';
import { compareExactly, compareNumbers } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import { compareMask } from './compare-mask.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';
import { shareOutside } from './share-outside.js';

export const hmixFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const size = [shape[1], shape[2]] as const;
  const partner = values(golden, 'inputs.perm');
  const { lam = 1, cy = 0, cx = 0 } = golden.draws;
  const box = hmixBox(size, lam, golden.config['r'] as number, [cy, cx]);
  const draws = { boxes: partner.map(() => box), lam: partner.map(() => lam) };
  const mixed = applyHmix(batch, { method: 'hmix', shape, partner, ...draws }, { masks: true });
  const outside = shareOutside(box, size);
  return [
    ...(await compareMixed(golden, mixed)),
    await compareExactly(golden, 'outputs.box', box),
    await compareMask(golden, 'outputs.own_mask', mixed, 0),
    compareNumbers('expected.cut_lam', [outside], [golden.expected['cut_lam'] as number], 1e-12),
    // Where the box is the whole image, no pixel has this weight; the reference calls it 1.
    compareNumbers(
      'expected.mix_lam',
      [outside === 0 ? 1 : lam / outside],
      [golden.expected['mix_lam'] as number],
      1e-12,
    ),
  ];
};
