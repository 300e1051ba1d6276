import { applyGridmask } from '@mix/handcrafted';
import { compareDeleted, unlabelledBatch } from './deleted-outputs.js';
import type { Family } from './family.js';

export const gridmaskFamily: Family = async (golden) => {
  const { batch, shape } = unlabelledBatch(golden);
  const { d = 1, start_h: top = 0, start_w: left = 0 } = golden.draws;
  const grid = { period: d, stripe: golden.expected['l'] as number, top, left, angle: 0 };
  const variant = golden.config['variant'] === 'diagonal canvas' ? 'diagonal' : 'canvas1.5';
  const deletes = golden.config['mode'] === 1 ? 'squares' : 'stripes';
  const plan = {
    method: 'gridmask',
    shape,
    variant,
    deletes,
    grids: Array.from({ length: shape[0] }, () => grid),
    fill: 0,
  } as const;
  return compareDeleted(golden, applyGridmask(batch, plan, { masks: true }));
};
