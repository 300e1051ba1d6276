import {
  assembleMixed,
  type Batch,
  blend,
  type Classifier,
  checkBatch,
  checkInteger,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  shapeOf,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { MaskGenerator } from './mask-generator.js';
import { type AdautomixDraws, type BranchPlan, checkDraws, planAdautomix } from './plan-adautomix.js';

/** What a trained generator mixes: plain numbers. */
export interface GeneratedPlan extends Plan, BranchPlan {
  readonly method: 'adautomix';
}

/** What a trained generator needs; borrowed. */
export interface GeneratedMixOptions {
  /** Gives the features, in inference mode: the teacher that the generator was trained with. */
  readonly teacher: Classifier;
  /** Makes the masks, by its running statistics where it has any. */
  readonly generator: MaskGenerator;
  /** The teacher's stage, counted from 1, that the generator was trained on. */
  readonly stage: number;
}

/**
 * Mixes given sources with given λ by a trained generator: for pictures, for data made in advance, for looking at masks over λ.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Sources and λ of each row.
 * @param options `masks` asks for masks.
 * @returns New tensors, the caller's. `lam` is the λ asked for, which also weighs the labels; masks need not show as much.
 * @throws MixError `INVALID_ARGUMENT`, `SHAPE` or `BATCH_SIZE` for a plan that does not fit.
 */
export function applyGenerated(
  batch: Batch,
  plan: BranchPlan,
  { teacher, generator, stage, masks = false }: GeneratedMixOptions & Pick<MixContext, 'masks'>,
): MixedBatch<GeneratedPlan> {
  checkBatch('applyGenerated', batch);
  const shape = shapeOf(batch);
  const { sources, lam, upsampling } = plan;
  const made = tf.tidy(() => {
    const features = teacher.forward(batch.images, { training: false }).stages[stage - 1];
    if (features === undefined) {
      throw invalidArgument('applyGenerated', 'stage', "be one of the teacher's", stage);
    }
    const size = [shape[1], shape[2]] as const;
    const own = generator.generate(features, { sources, lam, upsampling, size, training: false }).masks;
    return { images: blend(batch.images, sources, { masks: own }), masks: own };
  });
  if (!masks) made.masks.dispose();
  return assembleMixed(batch, {
    images: made.images,
    masks: masks ? made.masks : undefined,
    sources,
    lam,
    plan: { method: 'adautomix', shape, sources, lam, upsampling },
  });
}

/**
 * A trained generator as a `Mixer`, for any method that takes one. It draws as the classifier's branch of AdAutoMix does; the classifier
 * is trained by its masks alone, and the generator stays as it is.
 *
 * @throws MixError `INVALID_ARGUMENT`.
 */
export function generatedMixer(
  options: GeneratedMixOptions & Omit<AdautomixDraws, 'generatorProb'>,
): Mixer<GeneratedPlan> {
  checkDraws(options);
  checkInteger('generatedMixer', 'stage', options.stage, 1);
  return (batch, { rng, masks = false }) => {
    checkBatch('generatedMixer', batch);
    return applyGenerated(batch, planAdautomix(shapeOf(batch), rng, options).backbone, { ...options, masks });
  };
}
