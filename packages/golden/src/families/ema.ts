import { updateEma } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { tensor } from '../golden-case.js';
import type { Family } from './family.js';

export const emaFamily: Family = async (golden) => {
  const names = [...golden.tensors.keys()].flatMap((name) => name.match(/^inputs\.k\.(.+)$/)?.[1] ?? []);
  const named = <T>(of: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, of(name)]));
  const averages = named((name) => tf.variable(tensor(golden, `inputs.k.${name}`), false));
  const values = named((name) => tensor(golden, `inputs.q.${name}`));
  const checks: Check[] = [];
  for (const [step, momentum] of (golden.config['momentums'] as number[]).entries()) {
    updateEma(averages, values, momentum);
    for (const [name, average] of Object.entries(averages)) {
      checks.push(await compare(golden, `outputs.k.${name}.after${step}`, average));
    }
  }
  tf.dispose(averages);
  return checks;
};
