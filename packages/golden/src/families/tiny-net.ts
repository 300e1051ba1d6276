import { batchNormTrain, type Classifier, type NamedTensors, stopGradient } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import { type GoldenCase, tensor } from '../golden-case.js';

const EPSILON = 1e-5;
const BLOCKS = [1, 2] as const;
const HEAD = ['weight', 'bias'] as const;

/** The network of the training-step cases with its one-hot head, as a classifier. Borrows nothing. */
export interface TinyNet extends Classifier {
  /** Name of a variable or buffer in the case, without `weights.` or the like. */
  goldenName(name: string): string;
  dispose(): void;
}

/**
 * Twice a 3x3 convolution without bias, batch normalisation, ReLU and a 2x2 average pool; then global average pooling and a
 * dense layer. Stage 1, after the first pair, is the feature for the block.
 *
 * @param side `q` is the network that is trained, `k` its teacher.
 */
export function tinyNet(golden: GoldenCase, side: 'q' | 'k'): TinyNet {
  const goldenName = (name: string): string =>
    name.startsWith('fc.') ? `head_one_${side}.${name}` : `backbone_${side}.${name}`;
  const variable = (name: string, trainable: boolean): tf.Variable =>
    tf.tidy(() => tf.variable(tensor(golden, `weights.${goldenName(name)}`), trainable));
  const named = (names: readonly string[], trainable: boolean): Record<string, tf.Variable> =>
    Object.fromEntries(names.map((name) => [name, variable(name, trainable)]));
  const variables = named(
    [
      ...BLOCKS.flatMap((block) => [`conv${block}.weight`, `bn${block}.weight`, `bn${block}.bias`]),
      ...HEAD.map((part) => `fc.${part}`),
    ],
    true,
  );
  const buffers = named(
    BLOCKS.flatMap((block) => [`bn${block}.running_mean`, `bn${block}.running_var`]),
    false,
  );
  const all = { ...variables, ...buffers };
  const at = <T extends tf.Tensor>(name: string): T => all[name] as tf.Tensor as T;

  function pair(x: tf.Tensor4D, block: number, training: boolean): tf.Tensor4D {
    const y = tf.conv2d(x, at<tf.Tensor4D>(`conv${block}.weight`), 1, 'same');
    const normal = training ? byBatch(y, block) : byBuffers(y, block);
    return tf.avgPool(tf.relu(normal), 2, 2, 'valid');
  }

  function byBatch(x: tf.Tensor4D, block: number): tf.Tensor4D {
    const { y, mean, variance } = batchNormTrain(
      x,
      at<tf.Tensor1D>(`bn${block}.weight`),
      at<tf.Tensor1D>(`bn${block}.bias`),
      { epsilon: EPSILON },
    );
    const [channels = 1] = mean.shape;
    const count = x.size / channels;
    const move = (name: string, value: tf.Tensor): void => {
      const buffer = buffers[`bn${block}.${name}`] as tf.Variable;
      buffer.assign(stopGradient(tf.add(tf.mul(buffer, 0.9), tf.mul(value, 0.1))));
    };
    move('running_mean', mean);
    move('running_var', tf.mul(variance, count / (count - 1)));
    return y;
  }

  function byBuffers(x: tf.Tensor4D, block: number): tf.Tensor4D {
    const deviation = tf.sqrt(tf.add(at(`bn${block}.running_var`), EPSILON));
    const normal = tf.div(tf.sub(x, at(`bn${block}.running_mean`)), deviation);
    return tf.add(tf.mul(normal, at(`bn${block}.weight`)), at(`bn${block}.bias`));
  }

  return {
    goldenName,
    variables,
    numClasses: at('fc.bias').size,
    forward: (images, { training, intercept }) =>
      tf.tidy(() => {
        const tap = (stage: number, features: tf.Tensor4D): tf.Tensor4D =>
          intercept?.stage === stage ? intercept.apply(features) : features;
        const stages: tf.Tensor4D[] = [];
        let features = tap(0, images);
        for (const block of BLOCKS) {
          features = tap(block, pair(features, block, training));
          stages.push(features);
        }
        const embedding = tf.mean(features, [1, 2]) as tf.Tensor2D;
        const product = tf.matMul(embedding, at<tf.Tensor2D>('fc.weight'));
        return { logits: tf.add(product, at('fc.bias')) as tf.Tensor2D, embedding, stages };
      }),
    state: () => ({
      tensors: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, tf.clone(value)])),
      values: {},
    }),
    restore: ({ tensors }: { tensors: NamedTensors }) => {
      for (const [name, value] of Object.entries(all)) value.assign(tensors[name] as tf.Tensor);
    },
    dispose: () => tf.dispose(all),
  };
}
