import {
  type Applier,
  choose,
  during,
  firstHalf,
  identity,
  type Mixer,
  perSample,
  repeat,
  withProb,
} from '@mix/core';
import { describeMixer, describeOnBackends, type MixerContract } from '@mix/test-utils';
import { expect, it } from 'vitest';
import * as handcrafted from './index.js';
import {
  acrossHalves,
  augmix,
  cutmix,
  cutout,
  derange,
  differentClass,
  fmix,
  gmix,
  gridmask,
  gridmix,
  hideAndSeek,
  hmix,
  mixup,
  mosaic,
  otherHalf,
  randomErasing,
  resizemix,
  reverse,
  ricap,
  roll,
  sameClass,
  smoothmix,
  softCrop,
  stackmix,
  withLabels,
} from './index.js';

// `applyCutmix` applies the plans of `cutmix`, and so on.
const appliers: Record<string, Applier> = Object.fromEntries(
  Object.entries(handcrafted).flatMap(([name, value]) => {
    const method = /^apply([A-Z])(\w*)$/.exec(name);
    return method === null ? [] : [[`${method[1]?.toLowerCase()}${method[2]}`, value as Applier]];
  }),
);

type Traits = Omit<MixerContract, 'appliers'>;
type Row = readonly [name: string, mixer: Mixer, traits?: Traits];

const copies: Traits = { copies: true };
const moves: Traits = { moves: true };
const deletes: Traits = { deletes: true };
const soften = { numClasses: 3 };
const streams: Traits = { even: true, rows: (size) => size / 2 };
const tall: Traits = { moves: true, size: (height, width) => [2 * height, width] };
const wide: Traits = { moves: true, size: (height, width) => [height, 2 * width] };

const table: readonly Row[] = [
  ['mixup', mixup()],
  ['mixup, alpha 0.2, elem', mixup({ alpha: 0.2, mode: 'elem' })],
  ['mixup, pair', mixup({ mode: 'pair' })],
  ['mixup, folded, derange', mixup({ fold: true, pairing: derange })],
  ['mixup, same class', withLabels(sameClass, (pairing) => mixup({ pairing }))],
  ['cutmix', cutmix(), copies],
  ['cutmix, elem, roll', cutmix({ mode: 'elem', pairing: roll }), copies],
  ['cutmix, pair', cutmix({ mode: 'pair' }), copies],
  ['cutmix, exact boxes, reverse', cutmix({ box: 'exact', pairing: reverse }), copies],
  ['cutmix, margin', cutmix({ margin: 0.5, mode: 'elem' }), copies],
  [
    'cutmix, different class',
    withLabels(differentClass, (pairing) => cutmix({ pairing, mode: 'elem' })),
    copies,
  ],
  ['fmix', fmix(), copies],
  ['fmix, elem, published', fmix({ mode: 'elem', spectrum: 'published' }), copies],
  ['fmix, pair, soft', fmix({ mode: 'pair', maxSoft: 0.2, decay: 2 })],
  ['fmix, reformulated', fmix({ reformulate: true, pairing: derange }), copies],
  ['gmix', gmix()],
  ['gmix, alpha 0.1, elem', gmix({ alpha: 0.1, mode: 'elem' })],
  ['gridmix', gridmix(), copies],
  ['gridmix, elem, oblong', gridmix({ mode: 'elem', holeAspect: [0.5, 2], holes: [1, 20] }), copies],
  ['gridmix, cells, pair', gridmix({ variant: 'cells', mode: 'pair' }), copies],
  ['gridmix, cells, elem', gridmix({ variant: 'cells', grid: 3, mode: 'elem' }), copies],
  ['hmix', hmix()],
  ['hmix, ratio 1, elem', hmix({ ratio: 1, alpha: 0.2, mode: 'elem' })],
  ['smoothmix', smoothmix()],
  ['smoothmix, shorter side, elem', smoothmix({ sigmaBase: 'min', mode: 'elem' })],
  ['smoothmix, labels of openmixup', smoothmix({ labels: 'openmixup', pairing: roll })],
  ['resizemix', resizemix(), moves],
  ['resizemix, elem', resizemix({ mode: 'elem' }), moves],
  ['resizemix, pair, bilinear', resizemix({ mode: 'pair', interpolation: 'bilinear' }), moves],
  ['resizemix, bilinear, inside', resizemix({ interpolation: 'bilinear', placement: 'inside' }), moves],
  ['resizemix, alpha', resizemix({ alpha: 1, mode: 'elem', interpolation: 'bilinear' }), moves],
  ['ricap', ricap(), moves],
  ['ricap, elem', ricap({ mode: 'elem', beta: 1 }), moves],
  ['mosaic', mosaic(), moves],
  ['mosaic, anywhere', mosaic({ between: [0, 1] }), moves],
  ['stackmix', stackmix(), tall],
  ['stackmix, wide, derange', stackmix({ axis: 'width', pairing: derange }), wide],
  ['augmix', augmix(), moves],
  ['cutout', cutout({ length: 4 }), deletes],
  ['cutout, three holes, softened', cutout({ length: 3, holes: 3, fill: 0.5, soften }), deletes],
  ['randomErasing', randomErasing(), deletes],
  [
    'randomErasing, noise',
    randomErasing({ prob: 1, fill: 'noise', count: 2, aspectScale: 'linear' }),
    deletes,
  ],
  [
    'randomErasing, colour, softened',
    randomErasing({ prob: 0.9, fill: 'colour', splits: 2, soften }),
    deletes,
  ],
  ['gridmask', gridmask({ prob: 1 }), deletes],
  ['gridmask, ramp, softened', gridmask({ ramp: true, period: [2, 5], deletes: 'stripes', soften }), deletes],
  ['gridmask, 1.5 canvas', gridmask({ variant: 'canvas1.5', ratio: 1, rotate: 0 }), deletes],
  ['hideAndSeek', hideAndSeek({ sizes: [0, 2, 3] }), deletes],
  ['hideAndSeek, softened', hideAndSeek({ prob: 0.2, fill: -1, soften }), deletes],
  ['softCrop', softCrop({ soften, sigma: 3 }), { ...deletes, ...moves }],
  [
    'softCrop, IoU',
    softCrop({ soften, sigma: 9, background: 0, visibility: 'iou' }),
    { ...deletes, ...moves },
  ],
  ['choose', choose([mixup(), cutmix()], { weights: [0.3, 0.7] })],
  ['withProb', withProb(cutmix({ mode: 'elem' }), 0.5), copies],
  ['during', during(cutmix(), { from: 0.25, to: 0.75 }), copies],
  ['repeat', repeat(cutmix(), 3), { copies: true, rows: (size) => 3 * size }],
  ['perSample', perSample([mixup({ mode: 'elem' }), cutmix({ mode: 'elem' }), identity])],
  ['a deletion and a mixer by row', perSample([cutout({ length: 4 }), mixup({ mode: 'elem' })]), deletes],
  [
    "timm's, elem",
    withProb(
      perSample([
        mixup({ alpha: 0.8, mode: 'elem', pairing: reverse }),
        cutmix({ mode: 'elem', pairing: reverse }),
      ]),
      0.9,
    ),
  ],
  ["torchvision's", choose([mixup({ alpha: 0.2, pairing: roll }), cutmix({ pairing: roll })])],
  [
    'CMO of two streams',
    firstHalf(withProb(cutmix({ pairing: otherHalf, mode: 'elem' }), 0.5)),
    { ...streams, copies: true },
  ],
  ['bilateral mixup of two streams', mixup({ fold: true, pairing: acrossHalves }), { even: true }],
];

for (const [name, mixer, traits = {}] of table) describeMixer(name, mixer, { appliers, ...traits });
describeOnBackends(table.map(([name, mixer]) => [name, mixer] as const));

it('leaves out no mixer that has plans', () => {
  const named = new Set(table.map(([name]) => name.split(',')[0]));
  expect(Object.keys(appliers).filter((method) => !named.has(method))).toEqual([]);
});
