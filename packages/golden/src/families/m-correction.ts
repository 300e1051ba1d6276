import { createRng, denseTargets, mixTargets, softCrossEntropy } from '@mix/core';
import {
  type Bootstrap,
  bootstrapTargets,
  certaintyShares,
  mixByCertainty,
  uniformPrior,
} from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

export const mCorrectionFamily: Family = async (golden) => {
  const labels = tensor<tf.Tensor1D>(golden, 'inputs.labels');
  const clean = tensor<tf.Tensor2D>(golden, 'inputs.logits_clean');
  const noise = values(golden, 'inputs.noisy_probability');
  const perm = values(golden, 'inputs.perm');
  const sources = tf.tensor2d(
    perm.map((other, row) => [row, other]),
    undefined,
    'int32',
  );
  const drawn = golden.draws['lam'] as number;
  const temperature = golden.config['temperature'] as number;
  const weight = golden.config['reg_weight'] as number;
  const numClasses = golden.config['num_classes'] as number;
  const checks: Check[] = [];
  const variants: [string, Bootstrap, number, number][] = [
    ['hard', 'hard', 1, drawn],
    ['soft', 'soft', 1, drawn],
    ['soft_to_hard', 'soft', temperature, 0.5],
  ];
  for (const [name, bootstrap, t, lam] of variants) {
    const corrected = bootstrapTargets(labels, clean, noise, { bootstrap, temperature: t });
    const targets = mixTargets(corrected.values, sources, tf.tensor2d(perm.map(() => [lam, 1 - lam])));
    const loss = (z: tf.Tensor2D): tf.Tensor => tf.mean(softCrossEntropy(z, targets));
    const logits = tensor<tf.Tensor2D>(golden, 'inputs.logits_mixed');
    const total = (z: tf.Tensor): tf.Tensor =>
      tf.add(loss(z as tf.Tensor2D), tf.mul(uniformPrior(z as tf.Tensor2D), weight));
    checks.push(
      await compare(golden, `outputs.${name}.target`, denseTargets(targets, numClasses)),
      await compare(golden, `outputs.${name}.loss`, loss(logits)),
      await compare(golden, `outputs.${name}.reg`, uniformPrior(logits)),
      await compare(golden, `outputs.${name}.grad_total`, tf.grad(total)(logits)),
    );
  }
  const images = tensor<tf.Tensor4D>(golden, 'inputs.x');
  const guided = mixByCertainty({ images, labels }, noise, createRng(0), () => perm);
  checks.push(
    await compare(golden, 'outputs.dynamic_mix_weight', certaintyShares(noise, perm)),
    await compare(golden, 'outputs.dynamic_mix_x', guided.images),
  );
  return checks;
};
