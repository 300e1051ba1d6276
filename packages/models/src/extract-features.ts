import { type Classifier, checkInteger, invalidArgument } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { numberOf } from './internal/check-forward.js';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** Stages whose maps are wanted, from 1. @defaultValue none: maps are large */
  readonly stages?: readonly (number | 'last')[];
  /** Images of one forward pass, at least 1; larger tensors are cut up. @defaultValue 64 */
  readonly batchSize?: number;
}

/** What {@link extractFeatures} gives: a row for every image, in order. */
export type ExtractedFeatures = {
  /** float32 `[N,D]`. */
  readonly embedding: Tensor2D;
  /** float32 `[N,classes]`. */
  readonly logits: Tensor2D;
  /** The stages that were asked for, in that order: float32 `[N,h,w,C]`. */
  readonly stages: Tensor4D[];
};

/**
 * Runs a classifier over many images in inference mode, a batch at a time, and keeps what was asked for and nothing else.
 *
 * @param classifier Stays as it was.
 * @param images float32 `[N,H,W,C]`, or some after each other, also as they come from a loader; prepared as for `forward` and
 *   borrowed, each until the next is asked for: a generator may dispose what it has yielded.
 * @returns New tensors, the caller's.
 * @throws MixError `INVALID_ARGUMENT` for a stage that there is not, or when there is no image; `SHAPE` when stages are wanted of
 *   images of several sizes.
 * @example
 * ```ts
 * async function* prepared() {
 *   for await (const batch of source.batches(0)) {
 *     const images = prepare(batch);
 *     yield images;
 *     images.dispose();
 *   }
 * }
 * const { embedding } = await extractFeatures(model, prepared());
 * ```
 */
export async function extractFeatures(
  classifier: Classifier,
  images: Tensor4D | Iterable<Tensor4D> | AsyncIterable<Tensor4D>,
  { stages = [], batchSize = 64 }: ExtractFeaturesOptions = {},
): Promise<ExtractedFeatures> {
  checkInteger('extractFeatures', 'batchSize', batchSize, 1);
  const parts: ExtractedFeatures[] = [];
  try {
    for await (const tensor of images instanceof tf.Tensor ? [images] : images) {
      for (let start = 0; start < tensor.shape[0]; start += batchSize) {
        parts.push(featuresOf(classifier, tensor, { start, batchSize, stages }));
      }
    }
    if (parts.length === 0) throw invalidArgument('extractFeatures', 'images', 'be at least one', 0);
    return joined(parts);
  } finally {
    tf.dispose(parts);
  }
}

function featuresOf(
  classifier: Classifier,
  images: Tensor4D,
  { start, batchSize, stages }: Required<ExtractFeaturesOptions> & { readonly start: number },
): ExtractedFeatures {
  return tf.tidy(() => {
    const size = Math.min(batchSize, images.shape[0] - start);
    const batch = tf.slice(images, [start, 0, 0, 0], [size, -1, -1, -1]);
    const output = classifier.forward(batch, { training: false });
    const chosen = stages.map((stage) => {
      const number = numberOf('extractFeatures', 'stages', stage, output.stages.length);
      return output.stages[number - 1] as Tensor4D;
    });
    return { embedding: output.embedding, logits: output.logits, stages: chosen };
  });
}

function joined(parts: readonly ExtractedFeatures[]): ExtractedFeatures {
  const [first] = parts as [ExtractedFeatures];
  const sizesOf = ({ stages }: ExtractedFeatures): string =>
    stages.map(({ shape }) => shape.slice(1)).join('; ');
  const other = parts.map(sizesOf).find((sizes) => sizes !== sizesOf(first));
  if (other !== undefined) {
    const rule = 'be of one size where stages are wanted, whose maps are joined';
    throw invalidArgument('extractFeatures', 'images', rule, `maps [${sizesOf(first)}] and [${other}]`, {
      code: 'SHAPE',
    });
  }
  return tf.tidy(() => ({
    embedding: tf.concat(parts.map(({ embedding }) => embedding)),
    logits: tf.concat(parts.map(({ logits }) => logits)),
    stages: first.stages.map((_, index) => tf.concat(parts.map(({ stages }) => stages[index] as Tensor4D))),
  }));
}
