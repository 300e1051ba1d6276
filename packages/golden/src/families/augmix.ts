import { plainTargets, softCrossEntropy } from '@mix/core';
import { jsdLoss, mixChains } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { need, rows, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

/** Cases of the mixture have chains; the others are of the consistency loss. */
export const augmixFamily: Family = async (golden) => {
  if (!golden.tensors.has('inputs.chains')) return consistency(golden);
  const { shape } = need(golden, 'inputs.x');
  const size = shape[0] as number;
  const width = golden.config['width'] as number;
  const pixels = values(golden, 'inputs.x').length / size;
  const cut = (name: string): Float32Array[] =>
    rows(values(golden, name), pixels).map((image) => Float32Array.from(image));
  const chains = cut('inputs.chains');
  const weights = rows(values(golden, 'inputs.weights'), width);
  const shares = values(golden, 'inputs.m');
  const mixed = cut('inputs.x').flatMap((own, row) => {
    const ofRow = Array.from({ length: width }, (_, chain) => chains[chain * size + row] as Float32Array);
    return [...mixChains(own, ofRow, weights[row] as number[], shares[row] as number)];
  });
  return [await compare(golden, 'outputs.x', mixed)];
};

const consistency: Family = async (golden) => {
  const labels = tensor<tf.Tensor1D>(golden, 'inputs.labels');
  const names = ['clean', 'aug1', 'aug2'];
  const views = names.map((name) => tensor<tf.Tensor2D>(golden, `inputs.logits_${name}`));
  const { weight, clamp } = golden.config as { weight: number; clamp: number };
  const jsd = (given: readonly tf.Tensor[]): tf.Tensor => tf.mean(jsdLoss(given as tf.Tensor2D[], { clamp }));
  const loss = (...given: tf.Tensor[]): tf.Tensor => {
    const own = tf.mean(softCrossEntropy(given[0] as tf.Tensor2D, plainTargets(labels)));
    return tf.add(own, tf.mul(jsd(given), weight));
  };
  const checks: Check[] = [
    await compare(golden, 'outputs.jsd', jsd(views)),
    await compare(golden, 'outputs.loss', loss(...views)),
  ];
  for (const [index, gradient] of tf.grads(loss)(views).entries()) {
    checks.push(await compare(golden, `outputs.grad_${names[index]}`, gradient));
  }
  return checks;
};
