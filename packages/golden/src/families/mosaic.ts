import { applyMosaic } from '@mix/handcrafted';
import { compare } from '../check.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';
import { quadsOf } from './quads-of.js';

export const mosaicFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const { split_y: y = 0, split_x: x = 0 } = golden.draws;
  const quads = quadsOf(golden, shape[0]);
  const mixed = applyMosaic(batch, { method: 'mosaic', shape, quads, point: [y, x] });
  return [
    ...(await compareMixed(golden, mixed)),
    await compare(golden, 'outputs.weights', (await mixed.lam.data()).slice(0, 4)),
  ];
};
