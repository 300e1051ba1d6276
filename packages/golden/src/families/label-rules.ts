import { denseTargets } from '@mix/core';
import { lumixTargets, remixTargets } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { compare } from '../check.js';
import { tensor, values } from '../golden-case.js';
import type { Family } from './family.js';
import { targetsOf } from './pair-targets.js';

const labels = ['inputs.labels_a', 'inputs.labels_b'];

export const remixFamily: Family = async (golden) => {
  const { kappa, tau, num_classes } = golden.config as Record<string, number>;
  const weights = values(golden, 'inputs.lam').map((own) => [own, 1 - own]);
  const counts = values(golden, 'inputs.class_counts');
  const targets = remixTargets(targetsOf(golden, labels, weights), { counts, kappa, tau } as never);
  return [
    await compare(golden, 'outputs.lam_y', tf.slice(targets.weights, [0, 0], [-1, 1])),
    await compare(golden, 'outputs.y', denseTargets(targets, num_classes as number)),
  ];
};

export const lumixFamily: Family = async (golden) => {
  const { r_noise = 0, r_pred = 0, num_classes } = golden.config as Record<string, number>;
  const weights = values(golden, 'inputs.lam0').map((own) => [own, 1 - own]);
  const logits = tensor<tf.Tensor2D>(golden, 'inputs.logits');
  const noise = values(golden, 'inputs.lam_noise');
  const base = targetsOf(golden, labels, weights);
  const run = (shares: { noise: number; prediction: number }) => lumixTargets(base, logits, noise, shares);
  const targets = run({ noise: r_noise, prediction: r_pred });
  const opinion = run({ noise: 0, prediction: 1 });
  return [
    await compare(golden, 'outputs.lam_pred', tf.slice(opinion.weights, [0, 0], [-1, 1])),
    await compare(golden, 'outputs.lam', tf.slice(targets.weights, [0, 0], [-1, 1])),
    await compare(golden, 'outputs.y', denseTargets(targets, num_classes as number)),
  ];
};
