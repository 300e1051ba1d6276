import { batchNormTrain, ema, withoutGradient } from '@mix/core';
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BlockWeights } from './block-weights.js';

/** Normalises `[N,P,C]` over all but the channels; in training it tracks the batch's statistics, unless told not to. */
export type BlockNorm = (x: Tensor3D, training: boolean, tracks?: boolean) => Tensor3D;

const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/**
 * Batch normalisation under PyTorch's names and with its running statistics (the unbiased variance). `running` normalises by the
 * running statistics in training too, and still tracks the batch's.
 *
 * @param weights Gets `<name>.weight`, `.bias`, `.running_mean` and `.running_var`, and frees them.
 */
export function createBlockNorm(
  weights: BlockWeights,
  name: string,
  channels: number,
  by: 'batch' | 'running' = 'batch',
): BlockNorm {
  const scale = weights.vector(`${name}.weight`, channels, 1) as unknown as Tensor1D;
  const offset = weights.vector(`${name}.bias`, channels, 0) as unknown as Tensor1D;
  const mean = weights.vector(`${name}.running_mean`, channels, 0, false);
  const variance = weights.vector(`${name}.running_var`, channels, 1, false);

  const track = (x: Tensor3D, batchMean: Tensor, biased: Tensor): void => {
    const count = x.size / channels;
    const moved = withoutGradient(() => ({
      mean: ema(mean as Tensor, batchMean, 1 - MOMENTUM),
      variance: ema(variance as Tensor, tf.mul(biased, count / Math.max(count - 1, 1)), 1 - MOMENTUM),
    }));
    mean.assign(moved.mean);
    variance.assign(moved.variance);
    tf.dispose(moved);
  };
  const byRunning = (x: Tensor3D): Tensor3D => {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(tf.sub(x, mean), factor), offset);
  };

  return (x, training, tracks = true) => {
    if (!training) return byRunning(x);
    if (by === 'batch') {
      const { y, mean: own, variance: biased } = batchNormTrain(x, scale, offset, { epsilon: EPSILON });
      if (tracks) track(x, own, biased);
      return y;
    }
    const y = byRunning(x);
    if (!tracks) return y;
    const batch = withoutGradient(() => tf.moments(x, [0, 1]));
    track(x, batch.mean, batch.variance);
    tf.dispose([batch.mean, batch.variance]);
    return y;
  };
}
