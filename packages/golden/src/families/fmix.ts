import { applyFmix, type FmixSpectrum, fmixGrey, fmixNoiseLength } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareExactly, compareNumbers } from '../check.js';
import { type GoldenCase, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';

export const fmixFamily: Family = async (golden) => [
  ...(await compareSpectrum(golden, 'halfplane', '')),
  ...(await compareSpectrum(golden, 'published', '_reference')),
];

async function compareSpectrum(golden: GoldenCase, spectrum: FmixSpectrum, suffix: string): Promise<Check[]> {
  const { batch, shape } = batchOf(golden);
  const [, height, width] = shape;
  const size = [height, width] as const;
  const partner = values(golden, 'inputs.perm');
  const decay = golden.config['decay_power'] as number;
  const maxSoft = golden.config['max_soft'] as number;
  const { lam: drawn = 1, round_up: up } = golden.draws;
  const total = height * width;
  const count = up ? Math.ceil(drawn * total) : Math.floor(drawn * total);
  const soft = Math.trunc(total * Math.min(maxSoft, drawn, 1 - drawn));
  const noise = values(golden, `inputs.noise${suffix}`).slice(0, fmixNoiseLength(size, spectrum));
  const lam = partner.map(() => count / total);
  const draws = partner.map(() => ({ count, soft, noise }));
  const mixed = applyFmix(
    batch,
    { method: 'fmix', shape, partner, draws, decay, spectrum, lam },
    { masks: true },
  );
  const own = tf.slice(mixed.masks as tf.Tensor4D, [0, 0, 0, 0], [1, -1, -1, 1]);
  const check = soft === 0 ? compareExactly : compare;
  return [
    await compare(golden, `outputs.grey${suffix}`, fmixGrey(size, { decay, spectrum })(noise)),
    await check(golden, `outputs.mask${suffix}`, own),
    await check(golden, `outputs.x${suffix}`, mixed.images),
    compareNumbers('expected.mask_mean', lam.slice(0, 1), [golden.expected['mask_mean'] as number], 1e-6),
  ];
}
