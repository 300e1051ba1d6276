import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { invalidArgument } from './errors.js';
import { checkSources } from './internal/check-sources.js';
import { flattenRows } from './internal/flatten-rows.js';
import { hasKernel } from './internal/has-kernel.js';
import { NOTHING } from './internal/nothing.js';
import { runKernel } from './internal/run-kernel.js';
import { takeRows } from './internal/take-rows.js';

type Lists = readonly (readonly number[])[];

/**
 * Weighted sums of rows, `out[r] = Σ_k lam[r][k] · images[sources[r][k]]`: what every mixer does that weights whole images or
 * features. {@link blendByMasks} weights pixels.
 *
 * A source of share 0 contributes nothing, not even a NaN, and one of share 1 alone is copied bit for bit. Differentiable, once,
 * by `images`.
 *
 * Backends that register the kernels `MixBlendByLam` and `MixBlendByLamGrad` read the sources where they lie; the others get the
 * plain composition of tfjs ops, which gathers them first.
 *
 * @param images float32 `[B,...]`, borrowed.
 * @param sources For each of R rows, the K rows of `images` that it takes.
 * @param lam For each row, the share of each source. Need not sum to 1.
 * @returns A new tensor `[R,...]`, otherwise like `images`.
 * @throws MixError `SHAPE`, `DTYPE` or `INVALID_ARGUMENT` when an argument is not as stated.
 */
export function blendByLam<T extends Tensor>(
  images: T,
  sources: readonly (readonly number[])[],
  lam: readonly (readonly number[])[],
): T {
  checkSources('blendByLam', images, sources);
  checkLam(sources, lam);
  const isFused = sources.length > 0 && hasKernel(FORWARD);
  return tf.tidy(() => (isFused ? fused : composed)(images, sources, lam)) as T;
}

const FORWARD = 'MixBlendByLam';

function fused(images: Tensor, lists: Lists, lam: Lists): Tensor {
  const count = lists[0]?.length ?? 0;
  const sources = flattenRows(lists, new Int32Array(lists.length * count));
  const attrs = { sources, lam: flattenRows(lam, new Float32Array(sources.length)), count };
  return tf.customGrad((x) => ({
    value: runKernel(FORWARD, { images: x as Tensor }, attrs),
    gradFunc: (dy: Tensor) =>
      runKernel('MixBlendByLamGrad', { dy }, { ...attrs, from: images.shape[0] as number }),
  }))(images);
}

function composed(images: Tensor, sources: Lists, lam: Lists): Tensor {
  const [first, ...rest] = termsOf(images, sources, lam);
  if (first === undefined) return tf.zeros([sources.length, ...images.shape.slice(1)]);
  // A clone, lest the result be the caller's own tensor.
  return rest.length > 0 ? rest.reduce((sum, term) => tf.add(sum, term), first) : tf.clone(first);
}

function termsOf(images: Tensor, sources: Lists, lam: Lists): Tensor[] {
  const count = sources[0]?.length ?? 0;
  const terms: Tensor[] = [];
  for (let k = 0; k < count; k++) {
    const shares = lam.map((row) => row[k] as number);
    const [first = 0] = shares;
    const uniform = shares.every((share) => share === first);
    if (uniform && first === 0) continue;
    const taken = takeRows(images, sources, k);
    if (uniform) {
      terms.push(first === 1 ? taken : tf.mul(taken, first));
      continue;
    }
    const column = tf.tensor(shares, [shares.length, ...images.shape.slice(1).fill(1)]);
    const term = tf.mul(taken, column);
    terms.push(shares.includes(0) ? tf.where(tf.equal(column, 0), NOTHING, term) : term);
  }
  return terms;
}

function checkLam(sources: Lists, lam: Lists): void {
  const [rows, count] = [sources.length, sources[0]?.length ?? 0];
  const fits = lam.length === rows && lam.every((row) => row.length === count && row.every(Number.isFinite));
  if (!fits) throw invalidArgument('blendByLam', 'lam', `be ${rows} rows of ${count} finite shares`, lam);
}
