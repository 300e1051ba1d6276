import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { invalidArgument } from './errors.js';
import { denseTargets, type Targets } from './targets.js';

/**
 * Cross-entropy of soft targets, per sample: `−Σ_c t[b,c] · log softmax(logits)[b,c]`. For sparse targets this equals the
 * λ-weighted sum of hard cross-entropies; rows of `t` need not sum to 1. Average the rows yourself: `tf.mean(...)`.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Borrowed; treated as constants.
 * @returns float32 `[B]`, new.
 * @throws MixError `BATCH_SIZE` or `SHAPE`.
 */
export function softCrossEntropy(logits: Tensor2D, targets: Targets): Tensor1D {
  return tf.tidy(() => {
    const values = targetValues('softCrossEntropy', logits, targets);
    return tf.neg(tf.sum(tf.mul(values, tf.logSoftmax(logits)), 1)) as Tensor1D;
  });
}

/**
 * Binary cross-entropy of sigmoid outputs against soft or multi-label targets, per sample and averaged over classes:
 * `(1/K) Σ_c max(z,0) − z·t + log(1 + e^−|z|)`, stable for any finite logit.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Borrowed; treated as constants, values in `[0,1]`.
 * @returns float32 `[B]`, new. (Their mean over the batch is PyTorch's `binary_cross_entropy_with_logits`.)
 * @throws MixError `BATCH_SIZE` or `SHAPE`.
 */
export function softBce(logits: Tensor2D, targets: Targets): Tensor1D {
  return tf.tidy(() => {
    const values = targetValues('softBce', logits, targets);
    // max(z,0) + log(1 + e^−|z|) = softplus(z)
    return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, values)), 1) as Tensor1D;
  });
}

function targetValues(where: string, logits: Tensor2D, targets: Targets): Tensor2D {
  const [size, numClasses] = logits.shape;
  const rows = (targets.kind === 'dense' ? targets.values : targets.classes).shape[0];
  if (rows !== size) {
    throw invalidArgument(where, 'targets', `have as many rows as the logits, ${size}`, rows, {
      code: 'BATCH_SIZE',
    });
  }
  return denseTargets(targets, numClasses);
}
