import { denseTargets, softBce, softCrossEntropy, softmaxBce } from '@mix/core';
import type * as tf from '@tensorflow/tfjs-core';
import { compare } from '../check.js';
import { tensor, values } from '../golden-case.js';
import type { Family } from './family.js';
import { lossAndGradient } from './loss-and-gradient.js';
import { targetsOf } from './pair-targets.js';

export const mixedCeFamily: Family = async (golden) => {
  const logits = tensor<tf.Tensor2D>(golden, 'inputs.logits');
  const weights = values(golden, 'inputs.lam').map((own) => [own, 1 - own]);
  const targets = targetsOf(golden, ['inputs.labels_a', 'inputs.labels_b'], weights);
  const cross = lossAndGradient(softCrossEntropy, logits, targets);
  const sigmoid = lossAndGradient(softBce, logits, targets);
  const softmax = lossAndGradient(softmaxBce, logits, targets);
  return [
    await compare(golden, 'outputs.target', denseTargets(targets, golden.config['num_classes'] as number)),
    await compare(golden, 'outputs.per_sample', softCrossEntropy(logits, targets)),
    await compare(golden, 'outputs.loss', cross.value),
    await compare(golden, 'outputs.grad', cross.grad),
    await compare(golden, 'outputs.sigmoid_bce_loss', sigmoid.value),
    await compare(golden, 'outputs.sigmoid_bce_grad', sigmoid.grad),
    await compare(golden, 'outputs.softmax_bce_loss', softmax.value),
    await compare(golden, 'outputs.softmax_bce_grad', softmax.grad),
  ];
};
