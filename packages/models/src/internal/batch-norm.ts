import { batchNormTrain, ema, invalidArgument } from '@mix/core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { untaped } from './untaped.js';

/** One batch normalisation over the last axis. */
export interface BatchNorm {
  /** Whether this forward pass takes the batch's statistics. */
  usesBatch(training: boolean): boolean;
  /** Normalises by the batch's statistics, with the block's tail in the same step, and updates the running ones. */
  train(x: Tensor4D, tail: { readonly relu: boolean; readonly residual?: Tensor4D | undefined }): Tensor4D;
  /** The per-channel affine map that the running statistics amount to: `x · scale + offset`. */
  affine(): { scale: Tensor1D; offset: Tensor1D };
}

/** Makes `<name>.weight`, `.bias`, `.running_mean`, `.running_var` and `.num_batches_tracked`. */
export function createBatchNorm(
  { store, batchNorm: { momentum, epsilon, frozen } }: Builder,
  name: string,
  channels: number,
  { initialScale = 1 }: { readonly initialScale?: number } = {},
): BatchNorm {
  const shape: [number] = [channels];
  const parameter = (part: string, value: number) =>
    store.parameter<tf.Rank.R1>(`${name}.${part}`, shape, new Float32Array(channels).fill(value));
  const affine = () => ({ weight: parameter('weight', initialScale), bias: parameter('bias', 0) });
  const { weight, bias } = frozen === true ? store.untrained(affine) : affine();
  const runningMean = store.buffer<tf.Rank.R1>(`${name}.running_mean`, shape, 0);
  const runningVariance = store.buffer<tf.Rank.R1>(`${name}.running_var`, shape, 1);
  const batchesTracked = store.buffer<tf.Rank.R0>(`${name}.num_batches_tracked`, [], 0, 'int32');

  function track(mean: Tensor1D, variance: Tensor1D, count: number): void {
    // PyTorch normalises by the biased variance but tracks the unbiased one.
    untaped(() => {
      const unbiased = tf.mul(variance, count / (count - 1)) as Tensor1D;
      runningMean.assign(ema(runningMean as Tensor1D, mean, 1 - momentum));
      runningVariance.assign(ema(runningVariance as Tensor1D, unbiased, 1 - momentum));
      batchesTracked.assign(tf.add(batchesTracked, tf.scalar(1, 'int32')));
    });
  }

  return {
    usesBatch: (training) => training && frozen === false,
    train(x, { relu, residual }) {
      const count = x.size / channels;
      if (count < 2) {
        throw invalidArgument(
          'Classifier.forward',
          'images',
          `leave ${name} more than one value per channel`,
          x.shape,
          {
            code: 'SHAPE',
            remedy: 'Train with larger images or batches, or with batchNorm: { frozen: true }',
          },
        );
      }
      const { y, mean, variance } = batchNormTrain(x, weight, bias, {
        epsilon,
        relu,
        ...(residual && { residual }),
      });
      track(mean, variance, count);
      return y;
    },
    affine() {
      const scale = tf.mul(weight, tf.rsqrt(tf.add(runningVariance, epsilon))) as Tensor1D;
      return { scale, offset: tf.sub(bias, tf.mul(runningMean, scale)) as Tensor1D };
    },
  };
}
