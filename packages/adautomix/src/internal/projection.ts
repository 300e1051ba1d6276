import { type BlockWeights, createBlockNorm, takeRows } from '@mix/automix/parts';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

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

/** How a norm works in one call. */
export interface ProjectionMode {
  readonly training: boolean;
  readonly tracks?: boolean;
}

/** A 1x1 convolution shared by all sources. */
export interface Projection {
  /** What no choice of sources enters: of features `[B,P,C]`, for {@link Projection.apply}, `[B,P,d]`. */
  project(features: Tensor3D): Tensor3D;
  /** `[R,P,d]` for each source; in training a norm tracks its statistics, unless `tracks` is false. */
  apply(projected: Tensor3D, sources: readonly Source[], options: ProjectionMode): Tensor3D[];
}

/**
 * Makes `<name>.weight` `[1,1,C,d]` (one input more for λ), then `<name>.bias`, or the normalisation's variables in its place.
 *
 * A 1x1 convolution commutes with taking rows, so it runs once on the batch; λ's channel is constant over a row's positions and adds
 * λ times its weights.
 */
export function createProjection(
  weights: BlockWeights,
  name: string,
  { inChannels, outChannels, lamConcat, norm, relu, biasCancels }: ProjectionOptions,
): Projection {
  const height = inChannels + (lamConcat ? 1 : 0);
  const kernel = weights.kernel(`${name}.weight`, height, outChannels);
  const bias = norm === 'none' ? (weights.vector(`${name}.bias`, outChannels, 0) as Tensor) : undefined;
  const normalise =
    norm === 'batch' ? createBlockNorm(weights, name.replace(/\.conv$/, '.bn'), outChannels) : undefined;

  const activate = (x: Tensor3D, { training, tracks }: ProjectionMode): Tensor3D => {
    const normal = normalise === undefined ? x : normalise(x, training, tracks);
    return relu ? tf.relu(normal) : normal;
  };

  // Without anything that differs between the sources, the activation commutes as well.
  const isSame = !lamConcat && normalise === undefined;
  const part = (start: number, count: number): Tensor2D => {
    const matrix = tf.reshape(kernel as Tensor, [height, outChannels]) as Tensor2D;
    return lamConcat ? tf.slice(matrix, [start, 0], [count, outChannels]) : matrix;
  };

  return {
    project(features) {
      const [size, pixels] = features.shape;
      const flat = tf.reshape(features, [size * pixels, inChannels]) as Tensor2D;
      const product = tf.reshape(tf.matMul(flat, part(0, inChannels)), [
        size,
        pixels,
        outChannels,
      ]) as Tensor3D;
      const offset = biasCancels && bias !== undefined ? withoutSlope(bias) : bias;
      const linear = offset === undefined ? product : (tf.add(product, offset) as Tensor3D);
      return isSame ? activate(linear, { training: false }) : linear;
    },
    apply(projected, sources, mode) {
      if (isSame) return sources.map(({ rows }) => takeRows(projected, rows));
      return sources.map(({ rows, lam }) => {
        const taken = takeRows(projected, rows);
        if (!lamConcat) return activate(taken, mode);
        const shift = tf.mul(tf.tensor3d([...lam], [lam.length, 1, 1]), part(inChannels, 1));
        return activate(tf.add(taken, shift), mode);
      });
    },
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
