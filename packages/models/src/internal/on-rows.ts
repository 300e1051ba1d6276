import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Applies to `[...,I]` what takes rows `[N,I]` to rows `[N,O]`. */
export function onRows(apply: (rows: Tensor2D) => Tensor2D): <T extends Tensor>(x: T) => T {
  return (x) =>
    tf.tidy(() => {
      const outer = x.shape.slice(0, -1);
      const rows = apply(tf.reshape(x, [tf.util.sizeFromShape(outer), x.shape.at(-1) as number]));
      return tf.reshape(rows, [...outer, rows.shape[1]]) as typeof x;
    });
}
