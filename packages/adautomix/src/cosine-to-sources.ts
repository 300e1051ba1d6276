import { takeRows } from '@mix/automix/parts';
import { invalidArgument, stopGradient } from '@mix/core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

// Floor of the product of two norms.
const SMALLEST = 1e-8;
const LARGEST_SQUARE = 3e38;

/**
 * How alike the logits of mixed images are to those of their sources: the mean over rows of `Σ_i λ_i · ⟨z, z_i⟩ / max(‖z‖·‖z_i‖, 1e-8)`.
 * Where the floor is in force the gradient is 0; logits of zeros give 0.
 *
 * @param mixed float32 `[R,classes]`, borrowed.
 * @param clean Logits of the unmixed batch, float32 `[B,classes]`; borrowed, treated as constants.
 * @param sources For each of R rows, the row of `clean` of each of its K sources.
 * @param lam For each row, the share of each source.
 * @returns A new scalar in `[−1,1]`, differentiable by `mixed`.
 * @throws MixError `BATCH_SIZE` unless sources and shares are as many in each of R rows.
 */
export function cosineToSources(
  mixed: Tensor2D,
  clean: Tensor2D,
  sources: readonly (readonly number[])[],
  lam: readonly (readonly number[])[],
): Scalar {
  checkRows(mixed.shape[0], { sources, lam });
  return tf.tidy(() => {
    const constant = stopGradient(clean);
    const lengths = squares(mixed);
    const terms = (sources[0] ?? []).map((_, k) => {
      const rows = sources.map((row) => row[k] as number);
      const source = takeRows(constant, rows);
      const shares = lam.map((row) => row[k] as number);
      return tf.mul(cosines(mixed, source, tf.mul(lengths, squares(source))), tf.tensor1d(shares));
    });
    return tf.mean(tf.addN(terms)) as Scalar;
  });
}

function checkRows(rows: number, lists: Readonly<Record<'sources' | 'lam', readonly (readonly number[])[]>>) {
  const count = lists.sources[0]?.length ?? 0;
  for (const [name, list] of Object.entries(lists)) {
    if (count > 0 && list.length === rows && list.every((row) => row.length === count)) continue;
    const rule = `hold as many numbers in each of ${rows} rows, as mixed has`;
    throw invalidArgument('cosineToSources', name, rule, list, { code: 'BATCH_SIZE' });
  }
}

function cosines(a: Tensor2D, b: Tensor2D, product: Tensor): Tensor {
  const floor = SMALLEST * SMALLEST;
  const each = tf.div(tf.sum(tf.mul(a, b), 1), tf.sqrt(tf.clipByValue(product, floor, LARGEST_SQUARE)));
  return tf.where(tf.greater(stopGradient(product), floor), each, stopGradient(each));
}

function squares(x: Tensor2D): Tensor {
  return tf.sum(tf.square(x), 1);
}
