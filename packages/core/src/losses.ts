import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkChoice, checkRange } from './checks.js';
import { checkTargets } from './internal/check-targets.js';
import { fusedSoftCrossEntropy, softCrossEntropyKernel } from './internal/fused-soft-cross-entropy.js';
import { hasKernel } from './internal/has-kernel.js';
import { stopGradient } from './stop-gradient.js';
import { denseTargets, type Targets } from './targets.js';

/**
 * Cross-entropy of soft targets, per sample: `−Σ_c t[b,c] · log softmax(logits)[b,c]`. For sparse targets this equals the
 * λ-weighted sum of hard cross-entropies; rows of `t` need not sum to 1. Average the rows yourself: `tf.mean(...)`.
 *
 * Backends that register the kernels `MixSoftCrossEntropy` and `MixSoftCrossEntropyGrad` run it fused, sparse targets without
 * writing them out; the others get the plain composition of tfjs ops. Differentiable, once, by `logits`.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Borrowed; treated as constants.
 * @returns float32 `[B]`, new.
 * @throws MixError `BATCH_SIZE`, `SHAPE` or `DTYPE`.
 */
export function softCrossEntropy(logits: Tensor2D, targets: Targets): Tensor1D {
  if (hasKernel(softCrossEntropyKernel)) {
    checkTargets('softCrossEntropy', logits, targets);
    return fusedSoftCrossEntropy(logits, targets);
  }
  return tf.tidy(() => {
    const values = targetValues('softCrossEntropy', logits, targets);
    return tf.neg(tf.sum(tf.mul(values, tf.logSoftmax(logits)), 1)) as Tensor1D;
  });
}

/** Options of {@link softBce}. */
export interface SoftBceOptions {
  /** Weight η of the classes whose target is 0 (SAMix's balance of local and global terms). @defaultValue 1 */
  readonly negWeight?: number;
  /** How a row's classes are put together. @defaultValue 'mean' */
  readonly overClasses?: 'mean' | 'sum';
}

/**
 * Binary cross-entropy of sigmoid outputs against soft or multi-label targets, per sample:
 * `w · (softplus(z) − z·t)` averaged or summed over classes, with w = 1 where t > 0 and `negWeight` elsewhere; stable for
 * any finite logit.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Borrowed; treated as constants, values in `[0,1]`.
 * @returns float32 `[B]`, new. (With the defaults, their mean is PyTorch's `binary_cross_entropy_with_logits`.)
 * @throws MixError `BATCH_SIZE`, `SHAPE` or `DTYPE`.
 */
export function softBce(
  logits: Tensor2D,
  targets: Targets,
  { negWeight = 1, overClasses = 'mean' }: SoftBceOptions = {},
): Tensor1D {
  checkChoice('softBce', 'overClasses', overClasses, ['mean', 'sum']);
  checkRange('softBce', 'negWeight', negWeight, 0, Number.MAX_VALUE);
  return tf.tidy(() => {
    const values = targetValues('softBce', logits, targets);
    const each = tf.sub(tf.softplus(logits), tf.mul(logits, values));
    if (negWeight === 1) return reduceClasses(each, overClasses);
    const positive = tf.cast(tf.greater(values, 0), 'float32');
    const weights = tf.add(tf.mul(positive, 1 - negWeight), negWeight);
    return reduceClasses(tf.mul(each, weights), overClasses);
  });
}

/** Options of {@link softmaxBce}. */
export interface SoftmaxBceOptions {
  /** How a row's classes are put together: `sum` is DBN-Mix's one-vs-all loss. @defaultValue 'mean' */
  readonly overClasses?: 'mean' | 'sum';
}

/**
 * Binary cross-entropy of *softmax* probabilities p against the targets, per sample and averaged over classes:
 * `−(1/K) Σ_c t·log p + (1 − t)·log(1 − p)`: the training loss of Manifold Mixup's code. Prefer {@link softCrossEntropy}.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Borrowed; treated as constants, values in `[0,1]`.
 * @returns float32 `[B]`, new; `1 − p` counts as at least 1e-30.
 * @throws MixError `BATCH_SIZE`, `SHAPE` or `DTYPE`.
 */
export function softmaxBce(
  logits: Tensor2D,
  targets: Targets,
  { overClasses = 'mean' }: SoftmaxBceOptions = {},
): Tensor1D {
  checkChoice('softmaxBce', 'overClasses', overClasses, ['mean', 'sum']);
  return tf.tidy(() => {
    const values = targetValues('softmaxBce', logits, targets);
    const logProbability = tf.logSoftmax(logits);
    const probability = tf.exp(logProbability);
    // For the largest p, which may be 1 to the last bit, 1 − p is the sum of the others.
    const isLargest = tf.cast(tf.oneHot(tf.argMax(logits, 1), logits.shape[1]), 'float32');
    const others = tf.sum(tf.mul(probability, tf.sub(1, isLargest)), 1, true);
    const complement = tf.add(
      tf.mul(isLargest, others),
      tf.mul(tf.sub(1, isLargest), tf.sub(1, probability)),
    );
    const rest = tf.clipByValue(complement, 1e-30, 1);
    const likelihood = tf.add(tf.mul(values, logProbability), tf.mul(tf.sub(1, values), tf.log(rest)));
    return tf.neg(reduceClasses(likelihood, overClasses));
  });
}

function reduceClasses(each: tf.Tensor, overClasses: 'mean' | 'sum'): Tensor1D {
  return (overClasses === 'mean' ? tf.mean(each, 1) : tf.sum(each, 1)) as Tensor1D;
}

function targetValues(where: string, logits: Tensor2D, targets: Targets): Tensor2D {
  checkTargets(where, logits, targets);
  return stopGradient(denseTargets(targets, logits.shape[1]));
}
