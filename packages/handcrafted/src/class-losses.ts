import { checkPositive, checkRange, invalidArgument, type Targets } from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A loss of each row, `[B]`: `softCrossEntropy`, `softBce`, `softmaxBce` and the like. */
export type RowLoss = (logits: Tensor2D, targets: Targets) => Tensor1D;

/**
 * Temperatures of classes for long-tailed data: `φ_c = ε·K·n_c/n_max + 1 − ε`, then `(max φ / φ_c)^(1/η)`. The largest class
 * has 1, rarer ones more, so that their logits must be larger in training to count as much.
 *
 * @param counts Training images of each class, at least 1.
 * @param options `epsilon` in `[0,1]` (0 gives all 1; published: 0.6) and `eta` above 0 (published: 3 for CIFAR-10-LT, 7 for
 *   CIFAR-100-LT).
 * @see Baik et al., DBN-Mix, https://arxiv.org/abs/2207.02173
 */
export function classTemperatures(
  counts: readonly number[],
  { epsilon = 0.6, eta = 3 }: { readonly epsilon?: number; readonly eta?: number } = {},
): number[] {
  checkCounts('classTemperatures', counts);
  checkRange('classTemperatures', 'epsilon', epsilon, 0, 1);
  checkPositive('classTemperatures', 'eta', eta);
  const most = Math.max(...counts);
  const phi = counts.map((count) => (epsilon * counts.length * count) / most + 1 - epsilon);
  const largest = Math.max(...phi);
  return phi.map((value) => (largest / value) ** (1 / eta));
}

/** A loss of `logits / temperatures`, for training only: classify by the logits themselves. */
export function tempered(loss: RowLoss, temperatures: readonly number[]): RowLoss {
  for (const value of temperatures) checkPositive('tempered', 'temperatures', value);
  return (logits, targets) => onClasses('tempered', tf.div, logits, targets, temperatures, loss);
}

/**
 * A loss of `logits + ln(n_c / Σn)`, balanced softmax: the model learns what the classes would be if they were equally
 * frequent. For training only.
 *
 * @see Ren et al. 2020, https://arxiv.org/abs/2007.10740
 */
export function balancedSoftmax(loss: RowLoss, counts: readonly number[]): RowLoss {
  checkCounts('balancedSoftmax', counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const priors = counts.map((count) => Math.log(count / total));
  return (logits, targets) => onClasses('balancedSoftmax', tf.add, logits, targets, priors, loss);
}

/**
 * A loss in which class c's share of the targets counts `weights[c]` times, such as the weights of `effectiveNumberWeights`.
 * For cross-entropies: it scales targets, and their weights of a row need not sum to 1 then.
 */
export function classWeighted(loss: RowLoss, weights: readonly number[]): RowLoss {
  for (const value of weights) checkRange('classWeighted', 'weights', value, 0, Number.MAX_VALUE);
  return (logits, targets) =>
    tf.tidy(() => {
      checkWidth('classWeighted', logits, weights);
      const factors = tf.tensor1d([...weights]);
      if (targets.kind === 'dense') {
        return loss(logits, { kind: 'dense', values: tf.mul(targets.values, factors) });
      }
      const { classes } = targets;
      const own = tf.reshape(tf.gather(factors, tf.reshape(classes, [-1])), classes.shape);
      return loss(logits, { kind: 'sparse', classes, weights: tf.mul(targets.weights, own) });
    });
}

function onClasses(
  where: string,
  op: (a: Tensor2D, b: Tensor1D) => tf.Tensor,
  logits: Tensor2D,
  targets: Targets,
  values: readonly number[],
  loss: RowLoss,
): Tensor1D {
  checkWidth(where, logits, values);
  return tf.tidy(() => loss(op(logits, tf.tensor1d([...values])) as Tensor2D, targets));
}

function checkWidth(where: string, logits: Tensor2D, values: readonly number[]): void {
  if (logits.shape[1] === values.length) return;
  throw invalidArgument(where, 'logits', `have ${values.length} classes`, logits.shape, { code: 'SHAPE' });
}

function checkCounts(where: string, counts: readonly number[]): void {
  if (counts.length > 0 && counts.every((count) => count >= 1 && count < Infinity)) return;
  throw invalidArgument(where, 'counts', 'be at least 1 for each class', counts);
}
