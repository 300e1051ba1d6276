import type { Classifier } from '@mix/core';
import type { Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Parameters of a {@link twoLayerClassifier}; borrowed. */
export interface TwoLayers {
  /** `[H·W·C,hidden]`. */
  readonly weight1: Tensor2D;
  /** `[hidden]`. */
  readonly bias1: Tensor;
  /** `[hidden,classes]`. */
  readonly weight2: Tensor2D;
  /** `[classes]`. */
  readonly bias2: Tensor;
}

/**
 * The smallest classifier with a stage: `activation(x·W1 + b1)·W2 + b2` of flattened images, its hidden layer shown as features
 * `[B,1,1,hidden]`. Its variables are its user's to dispose; it has no state to save.
 */
export function twoLayerClassifier(layers: TwoLayers, activation: (x: Tensor) => Tensor): Classifier {
  const variable = <T extends Tensor>(value: T): Variable => tf.variable(value, true);
  const variables = {
    weight1: variable(layers.weight1),
    bias1: variable(layers.bias1),
    weight2: variable(layers.weight2),
    bias2: variable(layers.bias2),
  };
  const [inputs] = layers.weight1.shape;
  const [hidden, numClasses] = layers.weight2.shape;
  return {
    numClasses,
    variables,
    forward(images, { intercept }) {
      const at = (stage: number, features: Tensor4D): Tensor4D =>
        intercept?.stage === stage ? intercept.apply(features) : features;
      const size = images.shape[0];
      const input = tf.reshape(at(0, images), [size, inputs]) as Tensor2D;
      const before = tf.add(tf.matMul(input, variables.weight1 as unknown as Tensor2D), variables.bias1);
      const features = at(1, tf.reshape(activation(before), [size, 1, 1, hidden]) as Tensor4D);
      const embedding = tf.reshape(features, [size, hidden]) as Tensor2D;
      const logits = tf.add(tf.matMul(embedding, variables.weight2 as unknown as Tensor2D), variables.bias2);
      return { logits: logits as Tensor2D, embedding, stages: [features] };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}
