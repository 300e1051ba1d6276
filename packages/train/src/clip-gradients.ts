import { checkPositive, invalidArgument, type NamedTensors, sumOfSquares } from '@mix/core';
import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** How to clip: all gradients of a group by their common norm, or each number on its own. */
export type Clip =
  | {
      /** Upper bound of the norm of all gradients of a group together, above 0. */
      readonly norm: number;
      /**
       * In `fit`: take the norm over the gradients of all groups, and scale all by one factor, as where all are in one optimiser. Not for
       * single groups. @defaultValue false
       */
      readonly jointly?: boolean;
    }
  | {
      /** Upper bound of the size of each number, above 0. */
      readonly value: number;
    };

/** Throws unless there is one bound, a finite number above 0. */
export function checkClip(where: string, clip: Clip): void {
  if (typeof clip !== 'object' || clip === null || 'norm' in clip === 'value' in clip) {
    throw invalidArgument(where, 'clip', 'be { norm } or { value }', clip);
  }
  if ('norm' in clip) checkPositive(where, 'clip.norm', clip.norm);
  else checkPositive(where, 'clip.value', clip.value);
}

/**
 * Clips gradients on the device, without reading anything back. By norm: all are scaled by `min(1, norm / ‖g‖)`, ‖g‖ being
 * the norm of all of them together; below the bound they keep every bit. (PyTorch divides by `‖g‖ + 1e-6` instead.)
 * By value: each number is brought into `[−value, value]`.
 *
 * @param gradients By name; borrowed.
 * @returns New tensors of the same names; the caller disposes them.
 * @see Pascanu et al. 2013, https://arxiv.org/abs/1211.5063
 */
export function clipGradients(gradients: NamedTensors, clip: Clip): NamedTensors {
  checkClip('clipGradients', clip);
  const entries = Object.entries(gradients);
  if (entries.length === 0) return {};
  return tf.tidy(() => {
    if ('value' in clip) {
      return Object.fromEntries(
        entries.map(([name, gradient]) => [name, tf.clipByValue(gradient, -clip.value, clip.value)]),
      );
    }
    const factor = tf.minimum(tf.div(clip.norm, globalNorm(gradients)), 1);
    return Object.fromEntries(entries.map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
  });
}

/** Norm of all tensors together: `√Σ g²`. A new scalar. */
export function globalNorm(tensors: NamedTensors): Scalar {
  return tf.tidy(() => {
    const squares = Object.values(tensors).map(sumOfSquares);
    return tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.addN(squares));
  });
}
