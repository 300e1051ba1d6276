import { invalidArgument, type SparseTargets, type Targets } from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Throws unless `targets` are one or two classes a row; label rules change the weights of two. */
export function checkPairTargets(where: string, targets: Targets): asserts targets is SparseTargets {
  if (targets.kind === 'dense') {
    throw invalidArgument(where, 'targets', 'be classes with weights', 'dense targets', {
      code: 'UNSUPPORTED',
      remedy: 'Label the batch with int32 classes, and smooth labels afterwards.',
    });
  }
  const count = targets.classes.shape[1];
  if (count > 2) {
    const rule = 'come from at most two sources a row';
    throw invalidArgument(where, 'targets', rule, count, { code: 'UNSUPPORTED' });
  }
}

/** Columns 0 and 1 of `[B,2]`, `[B,1]` each. */
export function columns(x: Tensor2D): [Tensor2D, Tensor2D] {
  const size = x.shape[0];
  return [tf.slice(x, [0, 0], [size, 1]), tf.slice(x, [0, 1], [size, 1])];
}

/** The same classes with the weights `own` and `partner` in rows that mix two images, and as they were in the others. */
export function reweighPairs(
  { classes, weights }: SparseTargets,
  own: Tensor2D,
  partner: Tensor2D,
): SparseTargets {
  const [before] = columns(weights);
  const mixed = tf.logicalAnd(tf.greater(before, 0), tf.less(before, 1));
  const changed = tf.concat([own, partner], 1) as Tensor2D;
  return {
    kind: 'sparse',
    classes: tf.clone(classes),
    weights: tf.where(tf.tile(mixed, [1, 2]), changed, weights) as Tensor2D,
  };
}
