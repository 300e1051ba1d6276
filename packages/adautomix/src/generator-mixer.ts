import {
  type Batch,
  blendByMasks,
  type Classifier,
  checkBatch,
  checkChoice,
  checkRange,
  invalidArgument,
  type MixedBatch,
  type Mixer,
  mixTargets,
  type Plan,
  type Rng,
  shapeOf,
  withoutGradient,
} from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { backboneMasks } from './internal/backbone-masks.js';
import type { MaskGenerator } from './mask-generator.js';
import { upsamplingsOf } from './mask-generator-design.js';
import { type AdautomixDraws, type BranchPlan, checkDraws, planAdautomix } from './plan-adautomix.js';
import type { MarginRule } from './uses-constant-mask.js';

/** What a trained generator is asked for; plain JSON. It gives the same mixes again from the same weights alone. */
export interface GeneratorMixPlan extends Plan, BranchPlan {
  readonly method: 'maskGenerator';
}

/** Where {@link applyGeneratorMix} gets its masks from. */
export interface GeneratorMixSource {
  /** The generator; borrowed. */
  readonly generator: MaskGenerator;
  /** The classifier whose features it was trained on, the teacher; borrowed and run in inference mode. */
  readonly classifier: Classifier;
  /** The stage that the generator sees, counted from 1. */
  readonly stage: number;
  /** Mixes of lopsided λ are plain Mixup, as AdAutoMix' for the classifier are; see `usesConstantMask`. @defaultValue none are */
  readonly lamMargin?: number;
  /** Which shares are held against `lamMargin`. @defaultValue 'any' */
  readonly marginRule?: MarginRule;
}

/** Options of {@link createGeneratorMixer}. */
export interface GeneratorMixerOptions
  extends GeneratorMixSource,
    Omit<AdautomixDraws, 'generatorProb' | 'upsampling'> {}

/**
 * Draws sources and λ for a generator, as AdAutoMix does for the classifier's mixes.
 *
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planGeneratorMix(
  shape: Plan['shape'],
  rng: Rng,
  { design }: Pick<MaskGenerator, 'design'>,
  options: Omit<AdautomixDraws, 'generatorProb' | 'upsampling'> = {},
): GeneratorMixPlan {
  const { backbone } = planAdautomix(shape, rng, { ...options, upsampling: upsamplingsOf(design) });
  return { ...backbone, method: 'maskGenerator', shape };
}

/**
 * Mixes given sources with given λ by a trained generator: for pictures and pre-generated data, or to see masks over λ. Labels are mixed by
 * the plan's λ; the mixed batch's `lam` is the mean share that the masks really show.
 *
 * @param batch Borrowed; images as the classifier wants them, normalised.
 * @param plan It may have fewer or more rows than the batch, each of sources from the batch: one mix comes of each.
 * @throws MixError `INVALID_ARGUMENT`, `SHAPE` or `BATCH_SIZE` when the plan does not fit the batch.
 */
export function applyGeneratorMix(
  batch: Batch,
  plan: GeneratorMixPlan,
  { generator, classifier, stage, lamMargin, marginRule = 'any' }: GeneratorMixSource,
  { masks: wanted = false }: { readonly masks?: boolean } = {},
): MixedBatch<GeneratorMixPlan> {
  checkFits(batch, plan);
  const { sources, lam, upsampling } = plan;
  const [, height, width] = shapeOf(batch);
  // Off the tape: a loss on the mix is not to train the generator, nor the teacher.
  const made = withoutGradient(() => {
    const { stages } = classifier.forward(batch.images, { training: false });
    const features = stages[stage - 1];
    if (features === undefined) {
      throw invalidArgument('applyGeneratorMix', 'stage', `be from 1 to ${stages.length}`, stage);
    }
    const request = { sources, lam, upsampling, size: [height, width] as const, training: false };
    const { masks: raw } = generator.generate(features, request);
    const masks =
      lamMargin === undefined ? raw : backboneMasks(raw, lam, { margin: lamMargin, rule: marginRule });
    return {
      images: blendByMasks(batch.images, sources, masks),
      lam: tf.mean(masks, [1, 2]) as Tensor2D,
      ...(wanted && { masks }),
    };
  });
  const shape: [number, number] = [sources.length, made.lam.shape[1]];
  const rows: Tensor2D = tf.tensor2d(sources.flat(), shape, 'int32');
  const targets = tf.tidy(() => mixTargets(batch.labels, rows, tf.tensor2d(lam.flat(), shape)));
  return { ...made, targets, sources: rows, plan };
}

function checkFits(batch: Batch, { method, shape, sources, lam }: GeneratorMixPlan): void {
  checkBatch('applyGeneratorMix', batch);
  checkChoice('applyGeneratorMix', 'plan.method', method, ['maskGenerator']);
  const wanted = shapeOf(batch);
  if (!Array.isArray(shape) || shape.join() !== wanted.join()) {
    throw invalidArgument('applyGeneratorMix', 'plan.shape', `be the batch's [B,H,W]=[${wanted}]`, shape, {
      code: 'SHAPE',
    });
  }
  for (const [name, list] of Object.entries({ sources, lam })) {
    if (Array.isArray(list) && list.every((row) => Array.isArray(row))) continue;
    throw invalidArgument('applyGeneratorMix', `plan.${name}`, 'be a list of lists, one for each row', list);
  }
  const stray = lam.find((row) => !(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-4));
  if (stray !== undefined)
    throw invalidArgument('applyGeneratorMix', 'plan.lam', 'sum to 1 in each row', stray);
}

/**
 * A trained generator as a `Mixer`. It needs no gradient and leaves all statistics as they are.
 *
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function createGeneratorMixer({
  generator,
  classifier,
  stage,
  lamMargin,
  marginRule = 'any',
  ...draws
}: GeneratorMixerOptions): Mixer<GeneratorMixPlan> {
  checkDraws(draws);
  checkRange('createGeneratorMixer', 'lamMargin', lamMargin ?? 0, 0, 0.5);
  checkChoice('createGeneratorMixer', 'marginRule', marginRule, ['any', 'first', 'openmixup']);
  const source = { generator, classifier, stage, ...(lamMargin !== undefined && { lamMargin }), marginRule };
  return (batch, { rng, masks = false }) => {
    checkBatch('createGeneratorMixer', batch);
    const plan = planGeneratorMix(shapeOf(batch), rng, generator, draws);
    return applyGeneratorMix(batch, plan, source, { masks });
  };
}
