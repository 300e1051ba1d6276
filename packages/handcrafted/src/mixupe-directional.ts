import {
  type Batch,
  checkBatch,
  checkChoice,
  denseTargets,
  invalidArgument,
  plainTargets,
  stopGradient,
} from '@mix/core';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkThreshold } from './internal/check-threshold.js';
import { type MixupePenalty, mixupeScale } from './mixupe-penalty.js';

/** Options of {@link mixupeDirectional}. */
export interface MixupeDirectionalOptions {
  /** Of Mixup's Beta(alpha, alpha); above 0. @defaultValue 2 */
  readonly alpha?: number;
  /** `v1` counts q of the rows where it is below the threshold; `v2` the size of q of all rows. @defaultValue 'v1' */
  readonly version?: 'v1' | 'v2';
  /** For `v1`: rows whose q is not below this do not count. @defaultValue 1 */
  readonly threshold?: number;
  /** The mean training image: one value, one for each channel, or one for each of the `H·W·C` pixels. @defaultValue 0 */
  readonly mean?: number | readonly number[];
}

// Step of the differences, as a share of the way from an image to the mean. On tanh networks their error is 1e-6 to 1e-5 of the
// gradient; smaller steps lose as much to single precision, larger ones to the network's curvature.
const STEP = 0.01;

/**
 * MixupE's penalty of versions 1 and 2: `q[i] = ⟨∂/∂x[i] Σ f·(p − y), x̄ − x[i]⟩`, p − y as a constant, and `R = (c/B)·Σ q[i]` over the rows
 * below the threshold, or `(c/B)·Σ |q[i]|`, with `c = alpha/(2·alpha + 1)`. B counts every row. BatchNorm's coupling of rows is part of q.
 *
 * Values are exact, from one gradient by the images. The gradient of R by parameters would need second derivatives, which tfjs leaves out
 * without a word for ops that keep their output (`tf.tanh`); but R is the derivative of `Σ f·(p − y)` along one direction, so it is taken
 * by central differences of four forward passes, to about 1e-5 of its size or better on every backend.
 *
 * @param forward Gives the logits `[B,classes]` of images; called five times, and must give the same for the same images: no dropout.
 * @param batch The clean images and their labels; borrowed.
 * @returns New tensors: `penalty`, differentiable by the parameters of `forward`, and q of each row as a constant.
 * @throws MixError `SHAPE` for a mean image of another size.
 * @see Zou et al. 2023, https://proceedings.mlr.press/v216/zou23a.html
 */
export function mixupeDirectional(
  forward: (images: Tensor4D) => Tensor2D,
  batch: Batch,
  { alpha = 2, version = 'v1', threshold = 1, mean = 0 }: MixupeDirectionalOptions = {},
): MixupePenalty {
  checkBatch('mixupeDirectional', batch);
  checkChoice('mixupeDirectional', 'version', version, ['v1', 'v2']);
  checkThreshold('mixupeDirectional', threshold);
  const { images, labels } = batch;
  const scale = mixupeScale(alpha) / images.shape[0];
  return tf.tidy(() => {
    const way = tf.sub(meanImage(mean, images), images);
    const { error, grad } = sensitivity(forward, images, labels);
    const directional = tf.sum(tf.mul(grad, way), [1, 2, 3]) as Tensor1D;
    const counted =
      version === 'v1' ? tf.cast(tf.less(directional, threshold), 'float32') : tf.sign(directional);
    const value = tf.mul(tf.sum(tf.mul(directional, counted)), scale);
    const step = tf.mul(tf.mul(way, tf.reshape(counted, [-1, 1, 1, 1])), STEP);
    const along = (steps: number): Tensor => {
      const moved = tf.add(images, tf.mul(step, steps)) as Tensor4D;
      return tf.sum(tf.mul(forward(moved), error));
    };
    const near = tf.sub(along(1), along(-1));
    const far = tf.sub(along(2), along(-2));
    // Of the two differences' errors, those of third order cancel.
    const slope = tf.mul(tf.sub(tf.mul(near, 8), far), scale / (12 * STEP));
    // The exact value, with the difference's gradient.
    const penalty = tf.add(stopGradient(tf.sub(value, slope)), slope) as Scalar;
    return { penalty, directional: stopGradient(directional) };
  });
}

// p − y, and the gradient of Σ f·(p − y) by the images, both constants.
function sensitivity(
  forward: (images: Tensor4D) => Tensor2D,
  images: Tensor4D,
  labels: Batch['labels'],
): { readonly error: Tensor2D; readonly grad: Tensor } {
  let kept: Tensor2D | undefined;
  const grad = tf.grad((given) => {
    const logits = forward(given as Tensor4D);
    const wanted = denseTargets(plainTargets(labels), logits.shape[1]);
    const error = stopGradient(tf.sub(tf.softmax(logits), wanted)) as Tensor2D;
    kept = tf.keep(tf.clone(error));
    return tf.sum(tf.mul(logits, error));
  })(images);
  const error = stopGradient(kept as unknown as Tensor2D);
  tf.dispose(kept);
  return { error, grad: stopGradient(grad) };
}

function meanImage(mean: number | readonly number[], images: Tensor4D): Tensor {
  if (typeof mean === 'number') return tf.scalar(mean);
  const [, height, width, channels] = images.shape;
  if (mean.length === channels) return tf.tensor1d([...mean]);
  if (mean.length === height * width * channels) return tf.tensor4d([...mean], [1, height, width, channels]);
  const rule = `hold ${channels} values, or the ${height * width * channels} of an image`;
  throw invalidArgument('mixupeDirectional', 'mean', rule, mean.length, { code: 'SHAPE' });
}
