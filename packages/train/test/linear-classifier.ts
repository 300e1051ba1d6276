import type { Classifier, NamedVariables, State } from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A small convolution, a running mean and a dense layer: has all kinds of state that a real model has. */
export function linearClassifier({ numClasses = 3, channels = 1, width = 4 } = {}): Classifier & {
  dispose(): void;
} {
  const filled = (shape: number[], salt: number) =>
    tf.tensor(
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(12.9 * (i + 1) + salt) / 3),
      shape,
    );
  const variables: NamedVariables = tf.tidy(() => ({
    'conv.weight': tf.variable(filled([3, 3, channels, width], 1)),
    'conv.bias': tf.variable(tf.zeros([width])),
    'fc.weight': tf.variable(filled([width, numClasses], 2)),
    'fc.bias': tf.variable(tf.zeros([numClasses])),
  }));
  const runningMean = tf.tidy(() => tf.variable(tf.zeros([width]), false));
  const all = { ...variables, running_mean: runningMean };
  const get = (name: string) => (all as NamedVariables)[name] as tf.Variable;
  return {
    numClasses,
    variables,
    forward(images, { training }) {
      return tf.tidy(() => {
        const conv = tf.conv2d(images, get('conv.weight') as unknown as tf.Tensor4D, 1, 'same');
        const features = tf.relu(tf.add(conv, get('conv.bias'))) as tf.Tensor4D;
        const pooled = tf.mean(features, [1, 2]) as Tensor2D;
        if (training) {
          const mean = tf.mean(pooled, 0);
          runningMean.assign(tf.add(tf.mul(runningMean, 0.9), tf.mul(mean, 0.1)));
        }
        const embedding = tf.sub(pooled, tf.clone(runningMean)) as Tensor2D;
        const logits = tf.add(tf.matMul(embedding, get('fc.weight') as unknown as Tensor2D), get('fc.bias'));
        return { logits: logits as Tensor2D, embedding, stages: [features] };
      });
    },
    state: (): State => ({
      tensors: Object.fromEntries(Object.entries(all).map(([name, v]) => [name, tf.clone(v)])),
      values: {},
    }),
    restore({ tensors }) {
      for (const [name, variable] of Object.entries(all)) variable.assign(tensors[name] as tf.Tensor);
    },
    dispose: () => tf.dispose(all),
  };
}
