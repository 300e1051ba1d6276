import { applyResizemix, boxAround, type ResizeInterpolation } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { compare, compareExactly, compareNumbers } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';
import { shareOutside } from './share-outside.js';

export const resizemixFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const [, height, width] = shape;
  const partner = values(golden, 'inputs.perm');
  const interpolation = golden.config['interpolation'] as ResizeInterpolation;
  const { tau = 1, cy = 0, cx = 0 } = golden.draws;
  const sides = [Math.trunc(height * tau), Math.trunc(width * tau)] as const;
  const box = boxAround([height, width], sides, [cy, cx]);
  const [y1, x1, y2, x2] = box;
  const share = shareOutside(box, [height, width]);
  const draws = { boxes: partner.map(() => box), lam: partner.map(() => share), interpolation };
  const mixed = applyResizemix(batch, { method: 'resizemix', shape, partner, ...draws });
  const exact = interpolation === 'nearest';
  const pasted = tf.slice(mixed.images, [0, y1, x1, 0], [-1, y2 - y1, x2 - x1, -1]);
  return [
    ...(await compareMixed(golden, mixed, { exact })),
    await (exact ? compareExactly : compare)(golden, 'outputs.resized', pasted),
    await compareExactly(golden, 'outputs.box', box),
    compareNumbers('expected.lam', [share], [golden.expected['lam'] as number], 1e-12),
  ];
};
