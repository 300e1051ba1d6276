import {
  type Batch,
  type BatchSource,
  type Classifier,
  invalidArgument,
  plainTargets,
  softCrossEntropy,
} from '@mix/core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { nextTurn } from './internal/next-turn.js';
import type { Prepare } from './prepare-images.js';

/** What {@link evaluate} measured. */
export interface Evaluation {
  /** Mean cross-entropy over the samples. */
  readonly loss: number;
  /** Share of samples whose highest logit is the label's (the largest soft label's) class, in `[0,1]`. */
  readonly top1: number;
  /** Number of samples. */
  readonly count: number;
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Stops between two batches: the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Loss and top-1 of a classifier in inference mode, over epoch 0 of a source, without augmentation.
 *
 * @param classifier Borrowed, unchanged.
 * @param prepare Brings a batch onto the device; called without `rng`.
 * @returns Means over all samples, a last partial batch included, summed in doubles.
 * @throws MixError `INVALID_ARGUMENT` for a source without samples, `NOT_FINITE` for a loss that is NaN or infinite.
 */
export async function evaluate(
  classifier: Classifier,
  source: BatchSource,
  prepare: Prepare,
  { signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  let loss = 0;
  let hits = 0;
  let count = 0;
  let pending: Promise<void> | undefined;
  for await (const host of source.batches(0)) {
    signal?.throwIfAborted();
    const sums = batchSums(classifier, prepare(host));
    const before = pending;
    pending = readAndDispose(sums).then((values) => {
      loss += values[0] ?? 0;
      hits += values[1] ?? 0;
    });
    // Awaited one batch later; until then, or if an earlier one fails, a rejection must not count as unhandled.
    pending.catch(() => undefined);
    count += host.shape[0];
    await before;
    await nextTurn();
  }
  await pending;
  signal?.throwIfAborted();
  if (count === 0) throw invalidArgument('evaluate', 'source', 'have at least one sample', count);
  if (!Number.isFinite(loss)) {
    throw invalidArgument('evaluate', 'loss', `be finite over ${count} samples`, loss, {
      code: 'NOT_FINITE',
    });
  }
  return { loss: loss / count, top1: hits / count, count };
}

async function readAndDispose(sums: Tensor1D): Promise<ArrayLike<number>> {
  try {
    return await sums.data();
  } finally {
    sums.dispose();
  }
}

/** Summed loss and hits of one batch, which it disposes. */
function batchSums(classifier: Classifier, batch: Batch): Tensor1D {
  const { images, labels } = batch;
  try {
    return tf.tidy(() => {
      const { logits } = classifier.forward(images, { training: false });
      const loss = tf.sum(softCrossEntropy(logits, plainTargets(labels)));
      const truth = labels.rank === 1 ? labels : tf.argMax(labels, 1);
      const hits = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), truth), 'float32'));
      return tf.stack([loss, hits]) as Tensor1D;
    });
  } finally {
    tf.dispose(batch);
  }
}
