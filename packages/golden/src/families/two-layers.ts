import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { type GoldenCase, tensor } from '../golden-case.js';

/** Parameters `W1`, `b1`, `W2`, `b2` of a case's network. */
export type Weights = readonly [W1: tf.Tensor2D, b1: tf.Tensor, W2: tf.Tensor2D, b2: tf.Tensor];

/** Differentiates a loss by the case's parameters and compares the gradients, `outputs.<prefix>grad_W1` and so on. */
export async function compareGradients(
  golden: GoldenCase,
  prefix: string,
  loss: (weights: Weights) => tf.Tensor,
): Promise<Check[]> {
  const names = ['W1', 'b1', 'W2', 'b2'];
  const weights = names.map((name) => tensor(golden, `inputs.${name}`));
  const gradients = tf.grads((...given) => tf.sum(loss(given as unknown as Weights)))(weights);
  const checks = [await compare(golden, `outputs.${prefix}loss`, loss(weights as unknown as Weights))];
  for (const [index, name] of names.entries()) {
    checks.push(await compare(golden, `outputs.${prefix}grad_${name}`, gradients[index] as tf.Tensor));
  }
  return checks;
}
