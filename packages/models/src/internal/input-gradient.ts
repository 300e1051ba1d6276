import {
  checkAlive,
  checkChoice,
  type Guide,
  type InputGradient,
  plainTargets,
  softCrossEntropy,
  variableGradients,
} from '@mix/core';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { onOwnTape } from './own-tape.js';

/** The probe `inputGradient` of a network of these `logits`; `unchanged` runs something and leaves the network's state as it was. */
export function inputGradientOf(
  logits: (images: Tensor4D, training: boolean) => Tensor2D,
  unchanged: <T>(run: () => T) => T,
): NonNullable<Guide['inputGradient']> {
  return (images, labels, { mode }) => {
    checkChoice('Guide.inputGradient', 'mode', mode, ['eval', 'train']);
    checkAlive('Guide.inputGradient', 'images', images);
    const compute = (): InputGradient =>
      tf.tidy(() => {
        const input = tf.variable(images as tf.Tensor);
        const loss = (): Scalar => {
          const guess = logits(input as tf.Tensor as Tensor4D, mode === 'train');
          return tf.mean(softCrossEntropy(guess, plainTargets(labels)));
        };
        try {
          const { value, grads } = variableGradients(loss, [input]);
          return { grad: grads[input.name] as Tensor4D, loss: value };
        } finally {
          input.dispose();
        }
      });
    return onOwnTape(() => (mode === 'train' ? unchanged(compute) : compute()));
  };
}
