import type { Applier, Mixer } from '@mix/core';
import { describeMixer, describeOnBackends } from '@mix/test-utils';
import { applyMosaic, applyRicap, applyStackmix, derange, mosaic, ricap, stackmix } from './index.js';

const appliers: Record<string, Applier> = { mosaic: applyMosaic, ricap: applyRicap, stackmix: applyStackmix };

const tilings: [name: string, mixer: Mixer][] = [
  ['ricap', ricap()],
  ['ricap, elem', ricap({ mode: 'elem', beta: 1 })],
  ['mosaic', mosaic()],
  ['mosaic, anywhere', mosaic({ between: [0, 1] })],
];
const stacks: [name: string, mixer: Mixer, size: (height: number, width: number) => [number, number]][] = [
  ['stackmix', stackmix(), (height, width) => [2 * height, width]],
  [
    'stackmix, wide, derange',
    stackmix({ axis: 'width', pairing: derange }),
    (height, width) => [height, 2 * width],
  ],
];

for (const [name, mixer] of tilings) describeMixer(name, mixer, { appliers, moves: true });
for (const [name, mixer, size] of stacks) describeMixer(name, mixer, { appliers, moves: true, size });
describeOnBackends([...tilings, ...stacks.map(([name, mixer]) => [name, mixer] as const)]);
