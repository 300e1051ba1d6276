import { checkChoice, checkRange, invalidArgument } from '@mix/core';
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What the mask regulariser wants: a mean near λ, a mean near λ and variance, or pixels that are all one image's. */
export type MaskLossMode = 'L1' | 'L1+Variance' | 'L2+Variance' | 'Sparsity';

/** Options of {@link maskLoss}. */
export interface MaskLossOptions {
  /** Which regulariser R. @defaultValue 'L1' */
  readonly mode?: MaskLossMode;
  /** ε, how far the mean may be from λ for nothing, in `[0,1]`. @defaultValue 0.1 */
  readonly margin?: number;
  /** Mean over the whole batch, as published, or of each sample by its own λ. @defaultValue 'batch' */
  readonly reduction?: 'batch' | 'sample';
}

/**
 * The mask regulariser R of AutoMix and SAMix, with μ the mean and v the variance of the own image's share m:
 *
 * - `L1`: `[|μ − λ| − ε]₊`; `L1+Variance`: that less `2v`; `L2+Variance`: `[(μ − λ)² − ε²]₊ − 2v`;
 * - `Sparsity`: `[mean m(1 − m) − ε]₊`.
 *
 * v is at most ¼, so that the variance takes off at most ½ and R may be negative.
 *
 * @param share float32 `[B,H,W,1]`, borrowed; the loss is differentiable by it.
 * @param lam λ of each row. With `reduction: 'batch'` their mean counts.
 * @returns A new scalar.
 * @see Li et al. 2021, https://arxiv.org/abs/2111.15454
 */
export function maskLoss(share: Tensor4D, lam: readonly number[], options: MaskLossOptions = {}): Scalar {
  checkMaskLoss('maskLoss', options);
  const { mode = 'L1', margin = 0.1, reduction = 'batch' } = options;
  if (lam.length !== share.shape[0]) {
    throw invalidArgument(
      'maskLoss',
      'lam',
      `have one number for each of ${share.shape[0]} rows`,
      lam.length,
      {
        code: 'BATCH_SIZE',
      },
    );
  }
  return tf.tidy(() => {
    const size = lam.length;
    const rows =
      reduction === 'batch'
        ? tf.reshape(share, [1, share.size])
        : tf.reshape(share, [size, share.size / size]);
    const wanted =
      reduction === 'batch'
        ? tf.tensor1d([lam.reduce((sum, own) => sum + own, 0) / size])
        : tf.tensor1d([...lam]);
    return tf.mean(regulariser(rows, wanted, mode, margin)) as Scalar;
  });
}

/** Throws unless the options of a mask loss are in order; `under` is what stands before their names, such as `maskLoss.`. */
export function checkMaskLoss(
  where: string,
  { mode = 'L1', margin = 0.1, reduction = 'batch' }: MaskLossOptions,
  under = '',
): void {
  checkChoice(where, `${under}mode`, mode, ['L1', 'L1+Variance', 'L2+Variance', 'Sparsity']);
  checkRange(where, `${under}margin`, margin, 0, 1);
  checkChoice(where, `${under}reduction`, reduction, ['batch', 'sample']);
}

function regulariser(rows: Tensor, lam: Tensor, mode: MaskLossMode, margin: number): Tensor {
  if (mode === 'Sparsity') return tf.relu(tf.sub(tf.mean(tf.mul(rows, tf.sub(1, rows)), 1), margin));
  const mean = tf.mean(rows, 1, true);
  const error = tf.sub(tf.squeeze(mean, [1]), lam);
  const off =
    mode === 'L2+Variance'
      ? tf.relu(tf.sub(tf.square(error), margin * margin))
      : tf.relu(tf.sub(tf.abs(error), margin));
  if (mode === 'L1') return off;
  return tf.sub(off, tf.mul(tf.mean(tf.square(tf.sub(rows, mean)), 1), 2));
}
