import { applyGridmix, type GridmixGrid, gridmixHoles } from '@mix/handcrafted';
import { compareNumbers } from '../check.js';
import { type GoldenCase, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import { compareMask } from './compare-mask.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';

export const gridmixFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const partner = values(golden, 'inputs.perm');
  const share = golden.expected['lam'] as number;
  const grid = gridOf(golden, [shape[1], shape[2]]);
  const draws = { grids: partner.map(() => grid), lam: partner.map(() => share) };
  const mixed = applyGridmix(batch, { method: 'gridmix', shape, partner, ...draws }, { masks: true });
  const mask =
    grid.kind === 'holes'
      ? await compareMask(golden, 'outputs.partner_mask', mixed, 1)
      : await compareMask(golden, 'outputs.own_mask', mixed, 0);
  const lam = (await mixed.lam.data()).slice(0, 1);
  return [
    ...(await compareMixed(golden, mixed, { exact: true })),
    { ...mask, limit: 0 },
    compareNumbers('expected.lam', lam, [share], 1e-7),
  ];
};

function gridOf(golden: GoldenCase, size: readonly [number, number]): GridmixGrid {
  if (golden.config['variant'] === 'cells') return { kind: 'cells', own: values(golden, 'inputs.cells') };
  const draws = golden.draws as Readonly<Record<string, number>>;
  const draw = (name: string): number => draws[name] as number;
  return gridmixHoles(size, {
    lam: draw('lam'),
    cropArea: draw('crop_area'),
    cropAspect: draw('crop_aspect'),
    holes: draw('n_holes'),
    holeAspect: draw('hole_aspect'),
    place: [draw('v'), draw('u')],
  });
}
