import { denseTargets, type SmoothingKind, smoothTargets } from '@mix/core';
import { type Check, compare } from '../check.js';
import { values } from '../golden-case.js';
import type { Family } from './family.js';
import { targetsOf } from './pair-targets.js';

const outputs: Readonly<Record<string, SmoothingKind>> = {
  'outputs.original': 'original',
  'outputs.classy': 'classy',
  'outputs.multi_label': 'multi-label',
};

export const labelSmoothingFamily: Family = async (golden) => {
  const smoothing = golden.config['smoothing'] as number;
  const numClasses = golden.config['num_classes'] as number;
  const weights = values(golden, 'inputs.lam').map((own) => [own, 1 - own]);
  const targets = targetsOf(golden, ['inputs.labels_a', 'inputs.labels_b'], weights);
  const checks: Check[] = [await compare(golden, 'outputs.mixed', denseTargets(targets, numClasses))];
  for (const [output, kind] of Object.entries(outputs)) {
    checks.push(
      await compare(golden, output, smoothTargets(targets, { smoothing, numClasses, kind }).values),
    );
  }
  return checks;
};
