import { type Applier, choose, during, identity, type Mixer, perSample, repeat, withProb } from '@mix/core';
import { describeMixer, describeOnBackends } from '@mix/test-utils';
import {
  applyCutmix,
  applyFmix,
  applyGmix,
  applyGridmix,
  applyHmix,
  applyMixup,
  applyResizemix,
  applySmoothmix,
  cutmix,
  derange,
  fmix,
  gmix,
  gridmix,
  hmix,
  mixup,
  resizemix,
  reverse,
  roll,
  smoothmix,
} from './index.js';

const appliers: Record<string, Applier> = {
  mixup: applyMixup,
  cutmix: applyCutmix,
  fmix: applyFmix,
  gmix: applyGmix,
  gridmix: applyGridmix,
  hmix: applyHmix,
  resizemix: applyResizemix,
  smoothmix: applySmoothmix,
};

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
  ['gmix', gmix(), false],
  ['gmix, alpha 0.1, elem', gmix({ alpha: 0.1, mode: 'elem' }), false],
  ['gridmix', gridmix(), true],
  ['gridmix, elem, oblong', gridmix({ mode: 'elem', holeAspect: [0.5, 2], holes: [1, 20] }), true],
  ['gridmix, cells, pair', gridmix({ variant: 'cells', mode: 'pair' }), true],
  ['gridmix, cells, elem', gridmix({ variant: 'cells', grid: 3, mode: 'elem' }), true],
  ['hmix', hmix(), false],
  ['hmix, ratio 1, elem', hmix({ ratio: 1, alpha: 0.2, mode: 'elem' }), false],
  ['smoothmix', smoothmix(), false],
  ['smoothmix, shorter side, elem', smoothmix({ sigmaBase: 'min', mode: 'elem' }), false],
  ['smoothmix, labels of openmixup', smoothmix({ labels: 'openmixup', pairing: roll }), false],
  ['choose', choose([mixup(), cutmix()], { weights: [0.3, 0.7] }), false],
  ['withProb', withProb(cutmix({ mode: 'elem' }), 0.5), true],
  ['during', during(cutmix(), { from: 0.25, to: 0.75 }), true],
  ['perSample', perSample([mixup({ mode: 'elem' }), cutmix({ mode: 'elem' }), identity]), false],
];

const resizing: [name: string, mixer: Mixer][] = [
  ['resizemix', resizemix()],
  ['resizemix, elem', resizemix({ mode: 'elem' })],
  ['resizemix, pair, bilinear', resizemix({ mode: 'pair', interpolation: 'bilinear' })],
  ['resizemix, bilinear, inside', resizemix({ interpolation: 'bilinear', placement: 'inside' })],
  ['resizemix, alpha', resizemix({ alpha: 1, mode: 'elem', interpolation: 'bilinear' })],
];

for (const [name, mixer] of resizing) describeMixer(name, mixer, { appliers, moves: true });
for (const [name, mixer, copies] of table) describeMixer(name, mixer, { appliers, copies });
describeMixer('repeat', repeat(cutmix(), 3), { appliers, copies: true, rows: (size) => 3 * size });

describeOnBackends([...resizing, ...table.map(([name, mixer]) => [name, mixer] as const)]);
