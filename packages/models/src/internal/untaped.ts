import * as tf from '@tensorflow/tfjs-core';

/** Runs `update` without recording its ops, also within `tf.variableGrads`: nothing is kept for a backward pass. */
export function untaped(update: () => void): void {
  // tfjs records nothing inside the forward function of a custom gradient.
  const run = tf.customGrad(() => {
    update();
    return { value: tf.scalar(0), gradFunc: () => [] };
  });
  tf.dispose(run());
}
