import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The k-th source of every row: those rows of a tensor, or the tensor itself where they are all its own in order. */
export function takeRows<T extends Tensor>(x: T, sources: readonly (readonly number[])[], k: number): T {
  const rows = Int32Array.from(sources, (row) => row[k] as number);
  const own = rows.length === x.shape[0] && rows.every((row, index) => row === index);
  return own ? x : tf.gather(x, tf.tensor1d(rows));
}
