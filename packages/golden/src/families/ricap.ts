import { applyRicap } from '@mix/handcrafted';
import { compare, compareExactly } from '../check.js';
import { rows, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';
import { quadsOf } from './quads-of.js';

export const ricapFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const [count, height, width] = shape;
  const [y, x] = golden.expected['boundary'] as unknown as [number, number];
  const offsets = rows(values(golden, 'inputs.offsets'), 2) as [number, number][];
  const plan = {
    method: 'ricap',
    shape,
    quads: quadsOf(golden, count),
    points: Array.from({ length: count }, () => [y, x] as const),
    corners: Array.from({ length: count }, () => offsets),
  } as const;
  const mixed = applyRicap(batch, plan);
  const sizes = [y, x, height - y, x, y, width - x, height - y, width - x];
  return [
    ...(await compareMixed(golden, mixed, { exact: true })),
    await compareExactly(golden, 'outputs.sizes', sizes),
    await compare(golden, 'outputs.weights', (await mixed.lam.data()).slice(0, 4)),
  ];
};
