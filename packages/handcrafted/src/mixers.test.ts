import {
  type Applier,
  type BackendName,
  choose,
  createRng,
  during,
  identity,
  type Mixer,
  perSample,
  repeat,
  withProb,
} from '@mix/core';
import { describeMixer, startBackend, testedBackends } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
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

describe.each(testedBackends('wasm'))('draws on %s', (backend) => {
  it.each(table)('%s: equal those on the CPU backend, and so do the images', async (_name, mixer) => {
    const run = async (name: BackendName): Promise<{ plan: string; images: Float32Array }> => {
      await startBackend(name);
      const images = tf.tensor4d(
        Float32Array.from({ length: 5 * 8 * 6 * 3 }, (_, index) => Math.fround(Math.sin(index))),
        [5, 8, 6, 3],
      );
      const labels = tf.tensor1d([0, 1, 2, 0, 1], 'int32');
      const mixed = mixer({ images, labels }, { rng: createRng(11), progress: 0.5 });
      return { plan: JSON.stringify(mixed.plan), images: mixed.images.dataSync() as Float32Array };
    };
    const here = await run(backend);
    const cpu = await run('cpu');
    expect(here.plan).toBe(cpu.plan);
    here.images.forEach((value, index) => expect(value).toBeCloseTo(cpu.images[index] as number, 6));
  });
});
