import { type Method, plainTargets, softCrossEntropy } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/** A classifier's loss and a second group whose loss, (w − 1)², has gradient 2(w − 1); every other step if `alternate`. */
export function twoGroups(
  alternate = false,
): Method & { weight: tf.Variable<tf.Rank.R0>; idle: tf.Variable<tf.Rank.R0> } {
  const weight = tf.tidy(() => tf.variable(tf.scalar(3)));
  const idle = tf.tidy(() => tf.variable(tf.scalar(7)));
  return {
    name: 'twoGroups',
    weight,
    idle,
    groups: { generator: { weight, idle } },
    step(classifier, batch, { step }) {
      const { logits } = classifier.forward(batch.images, { training: true });
      const loss = tf.mean(softCrossEntropy(logits, plainTargets(batch.labels))) as tf.Scalar;
      const generator: tf.Scalar = tf.square(tf.sub(weight as tf.Scalar, 1));
      return {
        losses: { classifier: loss, ...((!alternate || step % 2 === 0) && { generator }) },
        metrics: { lam: tf.scalar(1), distance: generator },
      };
    },
    state: () => ({ tensors: { weight: tf.clone(weight), idle: tf.clone(idle) }, values: {} }),
    restore({ tensors }) {
      weight.assign(tensors['weight'] as tf.Scalar);
      idle.assign(tensors['idle'] as tf.Scalar);
    },
  };
}
