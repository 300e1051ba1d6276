import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Targets } from './targets.js';

/**
 * λ-weighted accuracy: the mean over rows of the weight that the targets give to the predicted class. Under mixing it is
 * bounded by the mean largest weight, so it must not be read as accuracy; evaluate on clean images for that.
 *
 * @param logits float32 `[B,classes]`, borrowed.
 * @param targets Targets before label smoothing, borrowed.
 * @returns A new scalar in `[0,1]`.
 */
export function mixedAccuracy(logits: Tensor2D, targets: Targets): Scalar {
  return tf.tidy(() => {
    const predicted = tf.argMax(logits, 1);
    const hits =
      targets.kind === 'sparse'
        ? tf.mul(tf.cast(tf.equal(targets.classes, tf.expandDims(predicted, 1)), 'float32'), targets.weights)
        : tf.mul(tf.cast(tf.oneHot(predicted, logits.shape[1]), 'float32'), targets.values);
    return tf.mean(tf.sum(hits, 1)) as Scalar;
  });
}
