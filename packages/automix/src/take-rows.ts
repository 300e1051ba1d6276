import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The given rows of `x`, new. For a permutation, the gradient takes rows back instead of scattering them.
 *
 * @param x Borrowed.
 * @param rows Any, also repeated.
 */
export function takeRows<T extends Tensor>(x: T, rows: readonly number[]): T {
  const gather = (from: Tensor, order: readonly number[]): Tensor =>
    tf.tidy(() => tf.gather(from, tf.tensor1d([...order], 'int32')));
  const back = inverse(rows, x.shape[0] as number);
  if (back === undefined) return gather(x, rows) as T;
  const permuted = tf.customGrad((input) => ({
    value: gather(input as Tensor, rows),
    gradFunc: (dy: Tensor) => gather(dy, back),
  }));
  return permuted(x) as T;
}

function inverse(rows: readonly number[], size: number): number[] | undefined {
  if (rows.length !== size) return undefined;
  const back = new Array<number>(size).fill(-1);
  rows.forEach((row, index) => {
    back[row] = index;
  });
  return back.length === size && !back.includes(-1) ? back : undefined;
}
