import {
  type Batch,
  type Classifier,
  type ClassifierOutput,
  checkBatch,
  checkRange,
  disposeMixed,
  invalidArgument,
  type Method,
  type MixedBatch,
  type Mixer,
  mixedAccuracy,
  stopGradient,
  withoutGradient,
} from '@mix/core';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkTensors, createHead, type Head, type SumixHead } from './internal/create-head.js';
import { checkLabels, checkMixer, type Pairs, pairsOf } from './internal/pairs-of.js';
import { resolveSettings, type SumixSettings } from './settings.js';
import { sumixTerms } from './sumix-terms.js';

/** Options of {@link sumix}. */
export interface SumixOptions extends SumixSettings {
  /** Shown in logs and errors, and part of what a resumed run must agree on. @defaultValue 'sumix' */
  readonly name?: string;
  /** The uncertainty layer. Required, unless `isNorm` is false: then there is none. */
  readonly head?: SumixHead;
  /** Label smoothing in `[0,1]` of the mixed images' targets, applied once, to the re-estimated weights. @defaultValue 0 */
  readonly labelSmoothing?: number;
}

/** A `Method` that owns the uncertainty layer. */
export interface Sumix extends Method {
  /** Frees the layer; calling it again does nothing. */
  dispose(): void;
}

/**
 * SUMix over any mixer of two images: the label weights of a mixed row follow how much the network finds of each source in it, and a
 * regulariser learns how uncertain the mix is. One more dense layer on the classifier's `embedding`, trained with the classifier, and one
 * more forward pass, on the clean images, before that of the mixed ones.
 *
 * λ is `lam` of the mixed batch, by row or by batch alike; label weights of the mixer's own (Remix and the like) are replaced. Rows with λ of
 * 0 or 1, and those that a combinator left unmixed, keep their label. Mixers of more images, methods that mix features and soft labels are
 * refused with a MixError `UNSUPPORTED`.
 *
 * @param mixer Any mixer of two images a row; batches must have int32 labels.
 * @returns A method whose layer is in the group `classifier`, to be disposed by the caller. Metrics `lam` (mean share of the own image),
 *   `mixedAccuracy` (by the new weights), `ratio` (mean λ_a) and `regulariser`.
 * @throws MixError `INVALID_ARGUMENT` for settings out of range or a `head` that is missing, or not called for.
 * @example
 * ```ts
 * const head = { embeddingSize: 512, numClasses: 100, rng: rng.fork('sumix') };
 * const method = sumix(cutmix({ alpha: 0.2 }), { gamma: 0.5, head });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Qin et al. 2024, https://arxiv.org/abs/2407.07805; what differs from its code, and why, is in the README
 */
export function sumix(mixer: Mixer, options: SumixOptions = {}): Sumix {
  const { name = 'sumix', head: shape, labelSmoothing = 0, ...given } = options;
  checkMixer(mixer);
  checkRange('sumix', 'labelSmoothing', labelSmoothing, 0, 1);
  const { isNorm, detachClean } = resolveSettings('sumix', given);
  const head = headOf(shape, isNorm);
  return {
    name,
    groups: head === undefined ? {} : { classifier: head.variables },
    step(classifier, batch, { rng, progress, guide }) {
      checkBatch('sumix', batch);
      checkLabels(batch.labels);
      const mixed = mixer(batch, { rng, progress, ...(guide && { guide }) });
      const pairs = pairsOrDispose(batch.labels, mixed);
      const clean = detachClean
        ? withoutGradient(() => classify(classifier, batch.images))
        : classify(classifier, batch.images);
      checkWidths(shape, clean);
      // A learned mixer is not to be trained by what it is used for.
      const seen = classify(classifier, stopGradient(mixed.images));
      const uncertaintyOf = ({ logits, embedding }: Classified): Tensor2D =>
        head === undefined ? logits : head.apply(embedding);
      const { loss, ratio, regulariser, targets } = sumixTerms(
        {
          cleanLogits: clean.logits,
          mixedLogits: seen.logits,
          cleanUncertainty: uncertaintyOf(clean),
          mixedUncertainty: uncertaintyOf(seen),
          ...pairs,
        },
        { ...given, labelSmoothing },
      );
      return {
        losses: { classifier: loss },
        metrics: {
          lam: tf.mean(tf.slice(pairs.lam, [0, 0], [-1, 1])) as Scalar,
          mixedAccuracy: mixedAccuracy(seen.logits, targets),
          ratio: tf.mean(tf.slice(ratio, [0, 0], [-1, 1])) as Scalar,
          regulariser: stopGradient(regulariser),
        },
      };
    },
    state: () => head?.state() ?? { tensors: {}, values: {} },
    restore: (state) => (head === undefined ? checkTensors(state.tensors, {}) : head.restore(state)),
    dispose: () => head?.dispose(),
  };
}

function pairsOrDispose(labels: Batch['labels'], mixed: MixedBatch): Pairs {
  try {
    return pairsOf(labels, mixed);
  } catch (error) {
    disposeMixed(mixed);
    throw error;
  }
}

type Classified = Pick<ClassifierOutput, 'logits' | 'embedding'>;

function classify(classifier: Classifier, images: Tensor4D): Classified {
  const { logits, embedding } = classifier.forward(images, { training: true });
  return { logits, embedding };
}

function headOf(head: SumixHead | undefined, isNorm: boolean): Head | undefined {
  if (isNorm && head === undefined) {
    throw invalidArgument('sumix', 'head', 'be given, unless isNorm is false', head, {
      remedy:
        "Pass head: { embeddingSize, numClasses, rng }, embeddingSize the width of the classifier's embedding",
    });
  }
  if (!isNorm && head !== undefined) {
    throw invalidArgument('sumix', 'head', 'be left out with isNorm: false, which has no layer', head);
  }
  return head === undefined ? undefined : createHead(head);
}

function checkWidths(head: SumixHead | undefined, { logits, embedding }: Classified): void {
  if (head === undefined) return;
  const widths = { embeddingSize: embedding.shape[1], numClasses: logits.shape[1] };
  for (const key of ['embeddingSize', 'numClasses'] as const) {
    if (head[key] !== widths[key]) {
      throw invalidArgument('sumix', `head.${key}`, `equal the classifier's, ${widths[key]}`, head[key], {
        code: 'SHAPE',
      });
    }
  }
}
