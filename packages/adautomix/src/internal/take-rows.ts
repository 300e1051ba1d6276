import { blend } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** `x[rows]`: by `blend`, whose gradient every backend has; tfjs' own gather lacks one on WebAssembly. A new tensor, or `x` itself. */
export function takeRows<T extends Tensor>(x: T, rows: readonly number[]): T {
  if (rows.length === x.shape[0] && rows.every((row, index) => row === index)) return x;
  const sources = rows.map((row) => [row]);
  return blend(x, sources, { lam: rows.map(() => [1]) });
}
