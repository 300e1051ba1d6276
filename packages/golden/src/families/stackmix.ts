import { denseTargets } from '@mix/core';
import { applyStackmix } from '@mix/handcrafted';
import { compare, compareExactly } from '../check.js';
import { values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';

export const stackmixFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const plan = { method: 'stackmix', shape, partner: values(golden, 'inputs.perm') } as const;
  const high = applyStackmix(batch, { ...plan, axis: 'height' });
  const wide = applyStackmix(batch, { ...plan, axis: 'width' });
  const numClasses = golden.config['num_classes'] as number;
  return [
    await compareExactly(golden, 'outputs.x_h', high.images),
    await compareExactly(golden, 'outputs.x_w', wide.images),
    await compare(golden, 'outputs.y', denseTargets(high.targets, numClasses)),
  ];
};
