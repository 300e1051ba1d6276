import type { Targets } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

type Loss = (logits: tf.Tensor2D, targets: Targets) => tf.Tensor1D;

/** The batch mean of a loss, and its gradient by the logits. */
export function lossAndGradient(
  loss: Loss,
  logits: tf.Tensor2D,
  targets: Targets,
): { value: tf.Tensor; grad: tf.Tensor } {
  return tf.valueAndGrad((z) => tf.mean(loss(z as tf.Tensor2D, targets)))(logits);
}
