import { softCrossEntropy, type Targets } from '@mix/core';
import { type ManifoldMixupPlan, manifoldIntercept } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { need, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';
import { compareGradients, type Weights } from './two-layers.js';

export const manifoldFamily: Family = async (golden) => {
  const partner = values(golden, 'inputs.perm');
  const lam = partner.map(() => golden.draws['lam'] as number);
  const size = partner.length;
  const plan: ManifoldMixupPlan = { method: 'manifoldMixup', shape: [size, 1, 1], stage: 0, partner, lam };
  if (golden.tensors.has('inputs.h')) {
    const features = tensor<tf.Tensor4D>(golden, 'inputs.h');
    return [await compare(golden, 'outputs.h', manifoldIntercept(plan).apply(features))];
  }
  const labels = values(golden, 'inputs.labels');
  const classes = partner.flatMap((other, row) => [labels[row] as number, labels[other] as number]);
  const targets: Targets = {
    kind: 'sparse',
    classes: tf.tensor2d(classes, [size, 2], 'int32'),
    weights: tf.tensor2d(lam.map((own) => [own, 1 - own])),
  };
  const [, inputs = 1] = need(golden, 'inputs.x').shape;
  const x = tf.reshape(tensor(golden, 'inputs.x'), [size, 1, 1, inputs]) as tf.Tensor4D;
  const checks: Check[] = [];
  for (const stage of [0, 1]) {
    const { apply } = manifoldIntercept({ ...plan, stage });
    const forward = ([W1, b1, W2, b2]: Weights) => {
      const below = tf.reshape(stage === 0 ? apply(x) : x, [size, inputs]) as tf.Tensor2D;
      const features = tf.relu(tf.add(tf.matMul(below, W1), b1));
      const map = tf.reshape(features, [size, 1, 1, W1.shape[1]]) as tf.Tensor4D;
      const hidden = tf.reshape(stage === 1 ? apply(map) : map, [size, W1.shape[1]]) as tf.Tensor2D;
      return { hidden, logits: tf.add(tf.matMul(hidden, W2), b2) as tf.Tensor2D };
    };
    const weights = ['W1', 'b1', 'W2', 'b2'].map((name) => tensor(golden, `inputs.${name}`));
    const { hidden, logits } = forward(weights as unknown as Weights);
    checks.push(await compare(golden, `outputs.layer${stage}.hidden`, hidden));
    checks.push(await compare(golden, `outputs.layer${stage}.logits`, logits));
    const loss = (given: Weights) => tf.mean(softCrossEntropy(forward(given).logits, targets));
    checks.push(...(await compareGradients(golden, `layer${stage}.`, loss)));
  }
  return checks;
};
