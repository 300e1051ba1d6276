import { type Applier, choose, during, identity, type Mixer, perSample, repeat, withProb } from '@mix/core';
import { describeMixer, describeOnBackends } from '@mix/test-utils';
import { applyCutmix, applyFmix, applyMixup, cutmix, derange, fmix, mixup, reverse, roll } from './index.js';

const appliers: Record<string, Applier> = { mixup: applyMixup, cutmix: applyCutmix, fmix: applyFmix };

const table: [name: string, mixer: Mixer, copies: boolean][] = [
  ['mixup', mixup(), false],
  ['mixup, alpha 0.2, elem', mixup({ alpha: 0.2, mode: 'elem' }), false],
  ['mixup, pair', mixup({ mode: 'pair' }), false],
  ['mixup, folded, derange', mixup({ fold: true, pairing: derange }), false],
  ['cutmix', cutmix(), true],
  ['cutmix, elem, roll', cutmix({ mode: 'elem', pairing: roll }), true],
  ['cutmix, pair', cutmix({ mode: 'pair' }), true],
  ['cutmix, exact boxes, reverse', cutmix({ box: 'exact', pairing: reverse }), true],
  ['cutmix, margin', cutmix({ margin: 0.5, mode: 'elem' }), true],
  ['fmix', fmix(), true],
  ['fmix, elem, published', fmix({ mode: 'elem', spectrum: 'published' }), true],
  ['fmix, pair, soft', fmix({ mode: 'pair', maxSoft: 0.2, decay: 2 }), false],
  ['fmix, reformulated', fmix({ reformulate: true, pairing: derange }), true],
  ['choose', choose([mixup(), cutmix()], { weights: [0.3, 0.7] }), false],
  ['withProb', withProb(cutmix({ mode: 'elem' }), 0.5), true],
  ['during', during(cutmix(), { from: 0.25, to: 0.75 }), true],
  ['perSample', perSample([mixup({ mode: 'elem' }), cutmix({ mode: 'elem' }), identity]), false],
];

for (const [name, mixer, copies] of table) describeMixer(name, mixer, { appliers, copies });
describeMixer('repeat', repeat(cutmix(), 3), { appliers, copies: true, rows: (size) => 3 * size });

describeOnBackends(table.map(([name, mixer]) => [name, mixer]));
