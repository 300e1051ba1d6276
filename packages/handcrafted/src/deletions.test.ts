import { type Applier, type Mixer, perSample } from '@mix/core';
import { describeMixer, describeOnBackends } from '@mix/test-utils';
import {
  applyCutout,
  applyGridmask,
  applyHideAndSeek,
  applyMixup,
  applyRandomErasing,
  cutout,
  gridmask,
  hideAndSeek,
  mixup,
  randomErasing,
} from './index.js';

const appliers: Record<string, Applier> = {
  cutout: applyCutout,
  gridmask: applyGridmask,
  hideAndSeek: applyHideAndSeek,
  mixup: applyMixup,
  randomErasing: applyRandomErasing,
};
const soften = { numClasses: 3 };

const table: [name: string, mixer: Mixer][] = [
  ['cutout', cutout({ length: 4 })],
  ['cutout, three holes, softened', cutout({ length: 3, holes: 3, fill: 0.5, soften })],
  ['randomErasing', randomErasing()],
  ['randomErasing, noise', randomErasing({ prob: 1, fill: 'noise', count: 2, aspectScale: 'linear' })],
  ['randomErasing, colour, softened', randomErasing({ prob: 0.9, fill: 'colour', splits: 2, soften })],
  ['gridmask', gridmask({ prob: 1 })],
  ['gridmask, ramp, softened', gridmask({ ramp: true, period: [2, 5], deletes: 'stripes', soften })],
  ['gridmask, 1.5 canvas', gridmask({ variant: 'canvas1.5', ratio: 1, rotate: 0 })],
  ['hideAndSeek', hideAndSeek({ sizes: [0, 2, 3] })],
  ['hideAndSeek, softened', hideAndSeek({ prob: 0.2, fill: -1, soften })],
];

for (const [name, mixer] of table) describeMixer(name, mixer, { appliers, deletes: true });
describeMixer('a deletion and a mixer by row', perSample([cutout({ length: 4 }), mixup({ mode: 'elem' })]), {
  appliers,
  deletes: true,
});
describeOnBackends(table);
