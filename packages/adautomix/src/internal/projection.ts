import { batchNormTrain, type Rng, withoutGradient } from '@mix/core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { takeRows } from './take-rows.js';
import type { WeightStore } from './weight-store.js';

const EPSILON = 1e-5;
const MOMENTUM = 0.1;

// Keeps the product of any two activations within float32, so that no score is infinite.
const LARGEST = 1e18;

/** What a {@link createProjection} is made of. */
export interface ProjectionOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly lamConcat: boolean;
  readonly norm: 'none' | 'batch';
  readonly relu: boolean;
  /** A softmax over the sources follows in which the bias, the same for all, cancels: its gradient is 0, not rounding noise. */
  readonly biasCancels: boolean;
}

/** Which rows of the features a source shows, and its share in each row. */
export interface Source {
  readonly rows: readonly number[];
  readonly lam: readonly number[];
}

/** A 1x1 convolution shared by all sources: features `[B,P,C]` in, `[R,P,d]` for each source out. */
export type Projection = (
  features: Tensor3D,
  sources: readonly Source[],
  options: { readonly training: boolean },
) => Tensor3D[];

/**
 * Makes `<name>.conv.weight` `[C,d]` (one row more for λ), then `<name>.conv.bias`, or `<name>.bn.*` in its place.
 *
 * A 1x1 convolution commutes with taking rows, so it runs once on the batch; λ's channel is constant over a row's positions and adds
 * λ times its weights.
 */
export function createProjection(
  store: WeightStore,
  rng: Rng,
  name: string,
  options: ProjectionOptions,
): Projection {
  const { inChannels, outChannels, lamConcat, norm, relu, biasCancels } = options;
  const weight = store.matrix(`${name}.weight`, [inChannels + (lamConcat ? 1 : 0), outChannels], rng);
  const bias = norm === 'none' ? store.vector(`${name}.bias`, outChannels, 0) : undefined;
  const normalise =
    norm === 'batch' ? createBatchNorm(store, name.replace(/\.conv$/, '.bn'), outChannels) : undefined;

  const activate = (x: Tensor3D, training: boolean): Tensor3D => {
    const normal = normalise === undefined ? x : normalise(x, training);
    return relu ? tf.clipByValue(tf.relu(normal), 0, LARGEST) : normal;
  };

  return (features, sources, { training }) => {
    const [size, pixels] = features.shape;
    const flat = tf.reshape(features, [size * pixels, inChannels]) as Tensor2D;
    const own = lamConcat ? tf.slice(weight, [0, 0], [inChannels, -1]) : (weight as Tensor2D);
    const product = tf.reshape(tf.matMul(flat, own), [size, pixels, outChannels]);
    const offset = biasCancels && bias !== undefined ? withoutSlope(bias) : bias;
    const linear = (offset === undefined ? product : tf.add(product, offset)) as Tensor3D;
    const ofLam = lamConcat ? tf.slice(weight, [inChannels, 0], [1, -1]) : undefined;
    // Without anything that differs between the sources, the activation commutes as well.
    if (ofLam === undefined && normalise === undefined) {
      const active = activate(linear, training);
      return sources.map(({ rows }) => takeRows(active, rows));
    }
    return sources.map(({ rows, lam }) => {
      const taken = takeRows(linear, rows);
      if (ofLam === undefined) return activate(taken, training);
      const shift = tf.mul(tf.tensor3d([...lam], [lam.length, 1, 1]), ofLam);
      return activate(tf.add(taken, shift), training);
    });
  };
}

/** The same, with a gradient of zeros. */
function withoutSlope(x: Tensor): Tensor {
  const flat = tf.customGrad((input) => ({
    value: tf.clone(input as Tensor),
    gradFunc: () => tf.zeros(x.shape),
  }));
  return flat(x);
}

function createBatchNorm(
  store: WeightStore,
  name: string,
  channels: number,
): (x: Tensor3D, training: boolean) => Tensor3D {
  const scale = store.vector(`${name}.weight`, channels, 1);
  const offset = store.vector(`${name}.bias`, channels, 0);
  const mean = store.buffer(`${name}.running_mean`, channels, 0);
  const variance = store.buffer(`${name}.running_var`, channels, 1);
  return (x, training) => {
    if (!training) {
      const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
      return tf.add(tf.mul(normal, scale), offset);
    }
    const normalised = batchNormTrain(x, scale as Tensor1D, offset as Tensor1D, { epsilon: EPSILON });
    const count = x.size / channels;
    // PyTorch normalises by the biased variance but tracks the unbiased one.
    const unbiased = count / Math.max(count - 1, 1);
    const moved = withoutGradient(() => ({
      mean: tf.add(tf.mul(mean, 1 - MOMENTUM), tf.mul(normalised.mean, MOMENTUM)),
      variance: tf.add(tf.mul(variance, 1 - MOMENTUM), tf.mul(normalised.variance, MOMENTUM * unbiased)),
    }));
    mean.assign(moved.mean as Tensor1D);
    variance.assign(moved.variance as Tensor1D);
    return normalised.y;
  };
}
