import { createRng } from '@mix/core';
import { applyGridmask, planGridmask } from '@mix/handcrafted';
import { compareNumbers } from '../check.js';
import { compareDeleted, unlabelledBatch } from './deleted-outputs.js';
import type { Family } from './family.js';

export const gridmaskFamily: Family = async (golden) => {
  const { batch, shape } = unlabelledBatch(golden);
  const { d = 1, start_h: top = 0, start_w: left = 0 } = golden.draws;
  const variant = golden.config['variant'] === 'diagonal canvas' ? 'diagonal' : 'canvas1.5';
  const stripe = golden.expected['l'] as number;
  const grid = { period: d, stripe, top, left, angle: 0 };
  const deletes = golden.config['mode'] === 1 ? 'squares' : 'stripes';
  const plan = {
    method: 'gridmask',
    shape,
    variant,
    deletes,
    grids: Array.from({ length: shape[0] }, () => grid),
    fill: 0,
  } as const;
  const checks = await compareDeleted(golden, applyGridmask(batch, plan, { masks: true }));
  const ratio = golden.config['ratio'] as number;
  // The detection version draws the stripe's width for a ratio of 1.
  if (d < 2 || (variant === 'canvas1.5' && ratio === 1)) return checks;
  const drawn = planGridmask([1, 1, 1], createRng(0), { variant, ratio, period: [d, d + 1], prob: 1 });
  return [...checks, compareNumbers('expected.l', [drawn.grids[0]?.stripe ?? 0], [stripe], 0)];
};
