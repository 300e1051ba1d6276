import { applyCutout, cutoutBox } from '@mix/handcrafted';
import { rows, values } from '../golden-case.js';
import { compareDeleted, unlabelledBatch } from './deleted-outputs.js';
import type { Family } from './family.js';

export const cutoutFamily: Family = async (golden) => {
  const { batch, shape } = unlabelledBatch(golden);
  const [, height, width] = shape;
  const length = golden.config['length'] as number;
  const fill = golden.config['fill'] as number;
  const holes = rows(values(golden, 'inputs.centres'), 2).map(([y = 0, x = 0]) =>
    cutoutBox([height, width], length, [y, x]),
  );
  const boxes = Array.from({ length: shape[0] }, () => holes);
  return compareDeleted(
    golden,
    applyCutout(batch, { method: 'cutout', shape, boxes, fill }, { masks: true }),
  );
};
