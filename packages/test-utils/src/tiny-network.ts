import type { Classifier, Intercept, State } from '@mix/core';
import { batchNormTrain, createRng, withoutGradient } from '@mix/core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes and first weights of a {@link tinyNetwork}. */
export interface TinyNetworkOptions {
  /** @defaultValue 3 */
  readonly inChannels?: number;
  /** Channels after each stage. @defaultValue [4, 5] */
  readonly channels?: readonly number[];
  /** @defaultValue 3 */
  readonly numClasses?: number;
  /** @defaultValue 0 */
  readonly seed?: number;
}

/** A {@link tinyNetwork}; its variables and buffers by name, its user's to dispose. */
export interface TinyNetwork extends Classifier {
  /** Parameters and running statistics. */
  readonly all: Readonly<Record<string, Variable>>;
  /** Frees everything. */
  dispose(): void;
}

/**
 * The smallest convolutional classifier with stages and running statistics. Each stage is a 3x3 convolution without bias, batch
 * normalisation, ReLU and 2x2 average pooling; then global average pooling and a linear layer. Names are `conv1.weight`, `bn1.weight`, ...,
 * `fc.weight`, `fc.bias`.
 */
export function tinyNetwork({
  inChannels = 3,
  channels = [4, 5],
  numClasses = 3,
  seed = 0,
}: TinyNetworkOptions = {}): TinyNetwork {
  const rng = createRng(seed);
  const all: Record<string, Variable> = {};
  const add = (name: string, shape: number[], value: () => number, trainable = true): void => {
    const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, value);
    all[name] = tf.tidy(() => tf.variable(tf.tensor(values, shape), trainable));
  };
  channels.forEach((out, index) => {
    const into = index === 0 ? inChannels : (channels[index - 1] as number);
    add(`conv${index + 1}.weight`, [3, 3, into, out], () => rng.normal(0, 0.4));
    add(`bn${index + 1}.weight`, [out], () => rng.uniform(0.8, 1.2));
    add(`bn${index + 1}.bias`, [out], () => rng.normal(0, 0.1));
    add(`bn${index + 1}.running_mean`, [out], () => 0, false);
    add(`bn${index + 1}.running_var`, [out], () => 1, false);
  });
  const last = channels.at(-1) as number;
  add('fc.weight', [last, numClasses], () => rng.normal(0, 0.4));
  add('fc.bias', [numClasses], () => rng.normal(0, 0.1));
  const at = <T extends Tensor>(name: string): T => all[name] as unknown as T;

  const stage = (x: Tensor4D, index: number, training: boolean): Tensor4D => {
    const y = tf.conv2d(x, at<Tensor4D>(`conv${index}.weight`), 1, 1);
    const normal = normalise(all, `bn${index}`, y, training);
    return tf.avgPool(tf.relu(normal), 2, 2, 0) as Tensor4D;
  };
  return {
    all,
    numClasses,
    variables: Object.fromEntries(Object.entries(all).filter(([, variable]) => variable.trainable)),
    forward: (images, { training, intercept }) =>
      tf.tidy(() => {
        let features = tapped(images, 0, intercept);
        const stages = channels.map((_, index) => {
          features = tapped(stage(features, index + 1, training), index + 1, intercept);
          return features;
        });
        const embedding = tf.mean(features, [1, 2]) as Tensor2D;
        const logits = tf.add(tf.matMul(embedding, at<Tensor2D>('fc.weight')), at<Tensor1D>('fc.bias'));
        return { logits: logits as Tensor2D, embedding, stages };
      }),
    state: () => ({
      tensors: Object.fromEntries(Object.entries(all).map(([name, variable]) => [name, tf.clone(variable)])),
      values: {},
    }),
    restore: ({ tensors }: State) => {
      for (const [name, variable] of Object.entries(all)) {
        variable.assign(tensors[name] as Tensor);
      }
    },
    dispose: () => tf.dispose({ ...all }),
  };
}

function tapped(features: Tensor4D, stage: number, intercept: Intercept | undefined): Tensor4D {
  return intercept?.stage === stage ? intercept.apply(features) : features;
}

// As PyTorch does: the biased variance normalises, the unbiased one is tracked, with momentum 0.1.
function normalise(
  all: Readonly<Record<string, Variable>>,
  name: string,
  x: Tensor4D,
  training: boolean,
): Tensor4D {
  const of = (part: string): Variable => all[`${name}.${part}`] as Variable;
  const [scale, offset] = [of('weight') as unknown as Tensor1D, of('bias') as unknown as Tensor1D];
  const [mean, variance] = [of('running_mean'), of('running_var')];
  if (!training) {
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), offset);
  }
  const { y, mean: now, variance: biased } = batchNormTrain(x, scale, offset);
  const count = x.size / (x.shape[3] as number);
  const moved = withoutGradient(() => ({
    mean: tf.add(tf.mul(mean, 0.9), tf.mul(now, 0.1)),
    variance: tf.add(tf.mul(variance, 0.9), tf.mul(biased, (0.1 * count) / (count - 1))),
  }));
  mean.assign(moved.mean);
  variance.assign(moved.variance);
  tf.dispose(moved);
  return y;
}
