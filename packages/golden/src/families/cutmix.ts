import { applyCutmix, type Box, cutmixBox } from '@mix/handcrafted';
import { type Check, compare, compareExactly, compareNumbers } from '../check.js';
import { type GoldenCase, rows, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareMixed } from './mixed-outputs.js';
import { shareOutside } from './share-outside.js';

type Size = readonly [number, number];

export const cutmixFamily: Family = async (golden) => {
  if (golden.tensors.has('inputs.hwcycx')) return boxTable(golden);
  const { batch, shape } = batchOf(golden);
  const size: Size = [shape[1], shape[2]];
  const partner = values(golden, 'inputs.perm');
  const shared = !golden.tensors.has('inputs.centres');
  const { lam: drawn = 1, cy = 0, cx = 0 } = golden.draws;
  const boxes = shared ? partner.map(() => cutmixBox(size, drawn, [cy, cx])) : rowBoxes(golden, size);
  const lam = boxes.map((box) => shareOutside(box, size));
  const uncorrected = golden.config['correct_lam'] === false;
  const drawnLam = shared ? partner.map(() => drawn) : values(golden, 'inputs.lam.f64');
  const plan = {
    method: 'cutmix',
    shape,
    partner,
    boxes,
    lam,
    ...(uncorrected && { labelLam: drawnLam }),
  } as const;
  const mixed = applyCutmix(batch, plan, { masks: true });
  const checks = await compareMixed(golden, mixed, { exact: true });
  const weights = uncorrected ? drawnLam : lam;
  const own = shared ? weights.slice(0, 1) : weights;
  checks.push(await compareExactly(golden, 'outputs.box', (shared ? boxes.slice(0, 1) : boxes).flat()));
  checks.push(await compare(golden, 'outputs.lam', own));
  if (golden.expected['lam'] !== undefined) {
    checks.push(compareNumbers('expected.lam', own.slice(0, 1), [golden.expected['lam']], 1e-12));
  }
  return checks;
};

function rowBoxes(golden: GoldenCase, size: Size): Box[] {
  const drawn = values(golden, 'inputs.lam.f64');
  return rows(values(golden, 'inputs.centres'), 2).map(([cy = 0, cx = 0], row) =>
    cutmixBox(size, drawn[row] as number, [cy, cx]),
  );
}

async function boxTable(golden: GoldenCase): Promise<Check[]> {
  const drawn = values(golden, 'inputs.lam.f64');
  const table = rows(values(golden, 'inputs.hwcycx'), 4) as [number, number, number, number][];
  const boxes = table.map(([height, width, cy, cx], row) =>
    cutmixBox([height, width], drawn[row] as number, [cy, cx]),
  );
  const lam = boxes.map((box, row) => {
    const [height, width] = table[row] as [number, number, number, number];
    return shareOutside(box, [height, width]);
  });
  return [
    await compareExactly(golden, 'outputs.box', boxes.flat()),
    await compare(golden, 'outputs.lam.f64', lam),
  ];
}
