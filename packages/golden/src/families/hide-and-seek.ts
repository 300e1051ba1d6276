import { applyHideAndSeek } from '@mix/handcrafted';
import { need, rows, values } from '../golden-case.js';
import { compareDeleted, unlabelledBatch } from './deleted-outputs.js';
import type { Family } from './family.js';

export const hideAndSeekFamily: Family = async (golden) => {
  const { batch, shape } = unlabelledBatch(golden);
  const size = golden.config['grid_size'] as number;
  const [, down = 1, across = 1] = need(golden, 'inputs.hidden').shape;
  const cells = rows(values(golden, 'inputs.hidden'), down * across).map((hidden) => ({ size, hidden }));
  const fill = golden.config['fill'] as number;
  return compareDeleted(
    golden,
    applyHideAndSeek(batch, { method: 'hideAndSeek', shape, cells, fill }, { masks: true }),
  );
};
