import {
  checkBatch,
  checkInteger,
  checkRange,
  type FromMixerOptions,
  fromMixer,
  invalidArgument,
  type Json,
  type Method,
  type Mixer,
  withoutGradient,
} from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  byClassDistance,
  type ClassMatrix,
  type ClassMetric,
  classDistances,
  type PartnerOptions,
  partnerProbabilities,
} from './class-distance.js';
import { initialClassMeans, updateClassMeans } from './class-means.js';
import { type Pairing, permute } from './pairing.js';
import { withLabels } from './with-labels.js';

/** Options of {@link classDistanceMixing}. */
export interface ClassDistanceMixingOptions
  extends PartnerOptions,
    Pick<FromMixerOptions, 'name' | 'labelSmoothing'> {
  /** Per-sample loss `[B]` of logits and targets. @defaultValue `softCrossEntropy` */
  readonly loss?: NonNullable<FromMixerOptions['loss']>;
  /** Number of classes K. */
  readonly numClasses: number;
  /** Progress from which partners are chosen by class; before, by a uniform permutation. In `[0,1]`. @defaultValue 0.025 */
  readonly from?: number;
  /** How far classes are from each other. @defaultValue 'euclidean' */
  readonly metric?: ClassMetric;
  /** Of the moving means of a class's predictions, in `[0,1]`. @defaultValue 0.9 */
  readonly momentum?: number;
  /** The means move at every so many steps, at least 1; each time costs a forward pass. @defaultValue 1 */
  readonly every?: number;
}

/**
 * Mixes with partners from classes that the model finds close, or far, and keeps what it finds up to date: the mean prediction of each
 * class moves by the predictions of unmixed batches, in evaluation mode and without a gradient. Formulas and defaults are ours, after the
 * paper's idea; partners come from the batch, not from the whole data set.
 *
 * @param create Makes a mixer from a pairing: `(pairing) => cutmix({ pairing })`.
 * @returns A method whose state is the classes' means. Batches must have int32 labels.
 * @example
 * ```ts
 * const method = classDistanceMixing((pairing) => mixup({ pairing }), { numClasses: 10 });
 * ```
 * @see Fujii et al. 2022, https://arxiv.org/abs/2209.05122
 */
export function classDistanceMixing(
  create: (pairing: Pairing) => Mixer,
  {
    numClasses,
    from = 0.025,
    metric = 'euclidean',
    momentum = 0.9,
    every = 1,
    ...rest
  }: ClassDistanceMixingOptions,
): Method {
  checkRange('classDistanceMixing', 'from', from, 0, 1);
  checkRange('classDistanceMixing', 'momentum', momentum, 0, 1);
  checkInteger('classDistanceMixing', 'every', every, 1);
  const { towards, temperature, nearest, factors, name = 'class-distance', ...method } = rest;
  const partners: PartnerOptions = {
    ...(towards && { towards }),
    ...(temperature !== undefined && { temperature }),
    ...(nearest !== undefined && { nearest }),
    ...(factors && { factors }),
  };
  const probabilitiesOf = (of: ClassMatrix): ClassMatrix =>
    partnerProbabilities(classDistances(of, metric), partners);
  let means = initialClassMeans(numClasses);
  let probabilities = probabilitiesOf(means);

  const byClass = withLabels(
    byClassDistance(() => probabilities),
    create,
  );
  const uniform = create(permute);
  const mixer: Mixer = (batch, context) =>
    ((context.progress ?? 1) < from ? uniform : byClass)(batch, context);
  const mixing = fromMixer(mixer, { ...method, name });

  return {
    ...mixing,
    step(classifier, batch, context) {
      checkBatch('classDistanceMixing', batch);
      if (batch.labels.rank !== 1) {
        throw invalidArgument('classDistanceMixing', 'labels', 'be int32 classes [B]', batch.labels.shape, {
          code: 'UNSUPPORTED',
        });
      }
      const labels = batch.labels as Tensor1D;
      if (context.step % every === 0) {
        const seen = tf.tidy(() => {
          const clean = () => ({ logits: classifier.forward(batch.images, { training: false }).logits });
          return tf.softmax(withoutGradient(clean).logits as Tensor2D).dataSync();
        });
        means = updateClassMeans(means, seen, labels.dataSync(), momentum);
        probabilities = probabilitiesOf(means);
      }
      return mixing.step(classifier, batch, context);
    },
    state: () => ({ tensors: {}, values: { means: means as Json } }),
    restore({ values }) {
      const restored = values['means'] as ClassMatrix | undefined;
      if (restored?.length !== numClasses) {
        const rule = `hold the means of ${numClasses} classes`;
        throw invalidArgument('classDistanceMixing', 'state', rule, restored?.length, {
          code: 'STATE_MISMATCH',
        });
      }
      means = restored;
      probabilities = probabilitiesOf(means);
    },
  };
}
