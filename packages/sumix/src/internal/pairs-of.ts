import { type Batch, describeReceived, MixError, type MixedBatch } from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Two sources of every mixed row. */
export type Pairs = { readonly classes: Tensor2D; readonly sources: Tensor2D; readonly lam: Tensor2D };

/** Refuses soft labels: to be called before anything is mixed. */
export function checkLabels({ rank, shape }: Batch['labels']): void {
  if (rank !== 1) throw notSparse(`[${shape}]`);
}

/** The pairs of a mixed batch; rows that mix nothing are pairs with themselves. Refuses what SUMix has no formula for. */
export function pairsOf(labels: Batch['labels'], { targets, sources, lam }: MixedBatch): Pairs {
  if (targets.kind === 'dense') throw notSparse('dense targets');
  const count = lam.shape[1];
  if (count > 2) {
    throw refusal(
      'mixer',
      'mix two images a row',
      `${count} sources`,
      'Take a mixer of pairs, such as cutmix or mixup',
    );
  }
  return tf.tidy(() => {
    const two: Tensor2D = count === 2 ? tf.clone(sources) : tf.tile(sources, [1, 2]);
    const shares: Tensor2D = count === 2 ? tf.clone(lam) : tf.concat([lam, tf.zerosLike(lam)], 1);
    return { classes: tf.gather(labels, two) as Tensor2D, sources: two, lam: shares };
  });
}

/** Refuses what is no mixer of images, in words for those who pass a method. */
export function checkMixer(mixer: unknown): void {
  if (typeof mixer === 'function') return;
  throw refusal(
    'mixer',
    'be a mixer: a function of a batch, such as cutmix()',
    nameOf(mixer),
    'Methods are none: pass the mixer that they were made of. Those that mix features, such as Manifold Mixup, show the network no ' +
      'mixed image whose sources could be compared, and cannot be wrapped',
  );
}

function notSparse(received: string): MixError {
  return refusal(
    'batch',
    'have int32 labels [B], and the mixer must keep them sparse',
    received,
    'SUMix asks how sure the network is of one class of each source. Soft labels and smoothing before the mix have none; for smoothing use labelSmoothing of sumix',
  );
}

function nameOf(mixer: unknown): string {
  const isNamed = typeof mixer === 'object' && mixer !== null && 'name' in mixer;
  return isNamed ? `method '${String(mixer.name)}'` : describeReceived(mixer);
}

function refusal(argument: string, rule: string, received: string, remedy: string): MixError {
  const message = `sumix: ${argument} must ${rule}; got ${received}. ${remedy}`;
  return new MixError(message, { code: 'UNSUPPORTED', argument, received });
}
