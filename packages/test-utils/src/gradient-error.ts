import { createRng } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * How far a gradient is from central differences: largest difference over all elements of `x`, relative to the largest
 * gradient. `f` is contracted with fixed random weights, so that any output shape will do.
 */
export function gradientError(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, step = 1e-2): number {
  return tf.tidy(() => {
    const y = f(x);
    const rng = createRng(7);
    const weights = tf.tensor(
      Float32Array.from({ length: y.size }, () => rng.uniform(-1, 1)),
      y.shape,
    );
    const value = (point: tf.Tensor): tf.Tensor => tf.sum(tf.mul(f(point), weights));
    const gradient = tf.grad(value)(x).dataSync();
    const start = x.dataSync();
    const at = (index: number, offset: number): number => {
      const moved = Float32Array.from(start);
      moved[index] = (moved[index] as number) + offset;
      return value(tf.tensor(moved, x.shape)).dataSync()[0] as number;
    };
    let error = 0;
    let largest = 1e-3;
    for (let index = 0; index < start.length; index++) {
      const difference = (at(index, step) - at(index, -step)) / (2 * step);
      largest = Math.max(largest, Math.abs(difference));
      error = Math.max(error, Math.abs(difference - (gradient[index] as number)));
    }
    return error / largest;
  });
}
