import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../src/optimizer.js';

/** Steps from `w = [0.5, −1.25, 2]` on gradients `w² + 0.1·t`, t = 1, 2, ...: what the PyTorch literals were made with. */
export function descend(optimizer: Optimizer, learningRate: number, steps = 5, name = 'weight'): number[] {
  const weight = tf.tidy(() => tf.variable(tf.tensor1d([0.5, -1.25, 2])));
  for (let step = 1; step <= steps; step++) {
    const gradient = tf.tidy(() => tf.add(tf.square(weight), 0.1 * step));
    optimizer.update({ [name]: weight }, { [name]: gradient }, learningRate);
    gradient.dispose();
  }
  const result = Array.from(weight.dataSync());
  weight.dispose();
  return result;
}
