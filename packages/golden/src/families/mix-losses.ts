import { softBce, softCrossEntropy } from '@mix/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { need, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';
import { lossAndGradient } from './loss-and-gradient.js';
import { targetsOf } from './pair-targets.js';

export const mixLossesFamily: Family = async (golden) => {
  const logits = tensor<tf.Tensor2D>(golden, 'inputs.logits');
  const size = need(golden, 'inputs.ya').shape[0] as number;
  const every = (weights: readonly number[]): (readonly number[])[] =>
    Array.from({ length: size }, () => weights);
  const own = values(golden, 'inputs.lam')[0] as number;
  const pair = targetsOf(golden, ['inputs.ya', 'inputs.yb'], every([own, 1 - own]));
  const three = targetsOf(
    golden,
    ['inputs.ya', 'inputs.yb', 'inputs.yc'],
    every(values(golden, 'inputs.lam3')),
  );
  const checks: Check[] = [];
  for (const output of golden.tensors.keys()) {
    if (!output.startsWith('outputs.')) continue;
    const name = output.slice('outputs.'.length);
    // Under softmax cross-entropy a weight on the other classes changes nothing; under BCE it is the name's number.
    const negWeight = Number(name.replace(/^bce_neg/, ''));
    const loss: typeof softCrossEntropy = name.startsWith('bce_')
      ? (z, targets) => softBce(z, targets, { negWeight, overClasses: 'sum' })
      : softCrossEntropy;
    const { value, grad } = lossAndGradient(loss, logits, name.endsWith('3way') ? three : pair);
    checks.push(await compare(golden, output, value), await compare(golden, `grads.logits.${name}`, grad));
  }
  return checks;
};
