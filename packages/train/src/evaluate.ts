import {
  type Batch,
  type BatchSource,
  type Classifier,
  invalidArgument,
  plainTargets,
  softCrossEntropy,
} from '@mix/core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkLabels } from './internal/check-labels.js';
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

/** Logits `[B,classes]` of images by name, new: those of several heads on one network, say. */
export type Classify = (images: Tensor4D) => Readonly<Record<string, Tensor2D>>;

/**
 * Loss and top-1 of a classifier in inference mode, over epoch 0 of a source, without augmentation.
 *
 * @param classifier Borrowed, unchanged.
 * @param prepare Brings a batch onto the device; called without `rng`.
 * @returns Means over all samples, a last partial batch included, summed in doubles.
 * @throws MixError `INVALID_ARGUMENT` for a source without samples or a class that it has not, `SHAPE` for a source of more classes than the
 *   classifier has, `NOT_FINITE` for a loss that is NaN or infinite.
 */
export async function evaluate(
  classifier: Classifier,
  source: BatchSource,
  prepare: Prepare,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const classify: Classify = (images) => ({ own: classifier.forward(images, { training: false }).logits });
  return (await evaluateHeads(classify, source, prepare, options))['own'] as Evaluation;
}

/** {@link evaluate} for all logits that `classify` gives, with one pass over the source. */
export async function evaluateHeads(
  classify: Classify,
  source: BatchSource,
  prepare: Prepare,
  { signal }: EvaluateOptions = {},
): Promise<Readonly<Record<string, Evaluation>>> {
  const totals = new Map<string, { loss: number; hits: number }>();
  let count = 0;
  let pending: Promise<void> | undefined;
  for await (const host of source.batches(0)) {
    signal?.throwIfAborted();
    checkLabels('evaluate', 'source', host, source.numClasses);
    const { names, sums } = batchSums(classify, prepare(host), source.numClasses);
    const before = pending;
    pending = readAndDispose(sums).then((values) => {
      for (const [index, name] of names.entries()) {
        const { loss, hits } = totals.get(name) ?? { loss: 0, hits: 0 };
        totals.set(name, {
          loss: loss + (values[2 * index] ?? 0),
          hits: hits + (values[2 * index + 1] ?? 0),
        });
      }
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
  return Object.fromEntries(
    [...totals].map(([name, { loss, hits }]) => {
      checkFinite(loss, count);
      return [name, { loss: loss / count, top1: hits / count, count }];
    }),
  );
}

function checkFinite(loss: number, count: number): void {
  if (Number.isFinite(loss)) return;
  throw invalidArgument('evaluate', 'loss', `be finite over ${count} samples`, loss, { code: 'NOT_FINITE' });
}

async function readAndDispose(sums: Tensor1D): Promise<ArrayLike<number>> {
  try {
    return await sums.data();
  } finally {
    sums.dispose();
  }
}

/** A class beyond the logits would have a loss of 0, without a word. */
function checkHeads(heads: ReturnType<Classify>, numClasses: number): void {
  const names = Object.keys(heads);
  if (names.length === 0) throw invalidArgument('evaluate', 'classify', 'give logits by name', names);
  for (const [name, { shape }] of Object.entries(heads)) {
    if ((shape[1] ?? 0) >= numClasses) continue;
    const rule = `have a column for each of the source's ${numClasses} classes`;
    throw invalidArgument('evaluate', `logits '${name}'`, rule, shape, { code: 'SHAPE' });
  }
}

/** Summed loss and hits of all heads on one batch, which it disposes. */
function batchSums(
  classify: Classify,
  batch: Batch,
  numClasses: number,
): { names: string[]; sums: Tensor1D } {
  const { images, labels } = batch;
  try {
    let names: string[] = [];
    const sums = tf.tidy(() => {
      const heads = classify(images);
      names = Object.keys(heads);
      checkHeads(heads, numClasses);
      const truth = labels.rank === 1 ? labels : tf.argMax(labels, 1);
      const each = Object.values(heads).flatMap((logits) => [
        tf.sum(softCrossEntropy(logits, plainTargets(labels))),
        tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), truth), 'float32')),
      ]);
      return tf.stack(each) as Tensor1D;
    });
    return { names, sums };
  } finally {
    tf.dispose(batch);
  }
}
