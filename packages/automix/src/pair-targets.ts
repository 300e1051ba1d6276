import { type Batch, invalidArgument, mixTargets, type Targets } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Pairs } from './plan-pairs.js';

/**
 * Targets of pairs: `λ·y[i] + (1 − λ)·y[partner[i]]`, two weighted classes a row for labels that are classes.
 *
 * @param labels int32 `[B]` or float32 `[B,classes]`; borrowed.
 * @returns New targets, the caller's.
 * @throws MixError `BATCH_SIZE` where there is not one λ and one label for each partner.
 */
export function pairTargets(labels: Batch['labels'], { partner, lam }: Pairs): Targets {
  const size = partner.length;
  for (const [name, count] of [
    ['lam', lam.length],
    ['labels', labels.shape[0]],
  ] as const) {
    if (count === size) continue;
    throw invalidArgument('pairTargets', name, `have ${size} rows, as partner has`, count, {
      code: 'BATCH_SIZE',
    });
  }
  const sources = tf.tensor2d(
    partner.flatMap((other, row) => [row, other]),
    [size, 2],
    'int32',
  );
  const weights = tf.tensor2d(
    lam.flatMap((own) => [own, 1 - own]),
    [size, 2],
  );
  const targets = mixTargets(labels, sources, weights);
  tf.dispose([sources, weights]);
  return targets;
}
