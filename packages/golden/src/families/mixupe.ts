import { softCrossEntropy } from '@mix/core';
import { applyMixup, mixupeDirectional, mixupeLoss, mixupePenalty } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { tensor, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { compareGradients, type Weights } from './two-layers.js';

export const mixupeFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const partner = values(golden, 'inputs.perm');
  const lam = partner.map(() => golden.draws['lam'] as number);
  const mixed = applyMixup(batch, { method: 'mixup', shape, partner, lam });
  const { alpha, eta, threshold } = golden.config as { alpha: number; eta: number; threshold: number };
  const mean = values(golden, 'inputs.x_mean');
  const checks: Check[] = [];
  for (const version of ['v1', 'v2', 'v3', 'v4'] as const) {
    const parts = (given: Weights) => {
      const base = tf.mean(softCrossEntropy(logitsOf(mixed.images, given), mixed.targets)) as tf.Scalar;
      const options = { alpha, threshold };
      const penalty =
        version === 'v1' || version === 'v2'
          ? mixupeDirectional((images) => logitsOf(images, given), batch, { ...options, version, mean })
          : mixupePenalty(logitsOf(batch.images, given), batch.labels, { ...options, version });
      return { base, ...penalty };
    };
    const weights = ['W1', 'b1', 'W2', 'b2'].map((name) => tensor(golden, `inputs.${name}`));
    const { base, penalty, directional } = parts(weights as unknown as Weights);
    checks.push(await compare(golden, `outputs.${version}.base`, base));
    checks.push(await compare(golden, `outputs.${version}.reg`, penalty));
    checks.push(await compare(golden, `outputs.${version}.q`, directional));
    const loss = (given: Weights): tf.Scalar => {
      const { base: mixup, penalty: regulariser } = parts(given);
      return mixupeLoss(mixup, regulariser, eta);
    };
    checks.push(...(await compareGradients(golden, `${version}.`, loss)));
  }
  return checks;
};

function logitsOf(images: tf.Tensor4D, [W1, b1, W2, b2]: Weights): tf.Tensor2D {
  const flat = tf.reshape(images, [images.shape[0], -1]) as tf.Tensor2D;
  return tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(flat, W1), b1)) as tf.Tensor2D, W2), b2) as tf.Tensor2D;
}
