import {
  type Batch,
  blendByMasks,
  type Classifier,
  checkBatch,
  checkChoice,
  checkInteger,
  checkRange,
  type Interpolation,
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
import { adjustMask } from './adjust-mask.js';
import { sourcesOf } from './automix-pass.js';
import { applyLamMargin } from './lam-margin.js';
import type { MixBlock } from './mix-block.js';
import { listOf } from './mix-block-options.js';
import { checkPairOptions, type PairOptions, type Pairs, planPairs } from './plan-pairs.js';

/** What a trained block is asked for; plain JSON. It gives the same mixes again from the same weights alone. */
export interface BlockMixPlan extends Plan, Pairs {
  readonly method: 'mixBlock';
  /** The block's k, where it has a list to choose from. */
  readonly rescale?: number;
  /** The block's upsampling, where it has a list to choose from. */
  readonly upsampling?: Interpolation;
  /** Whether the masks are rescaled to have λ as mean. @defaultValue false */
  readonly adjustsMasks?: boolean;
}

/** Options of {@link planBlockMix}. */
export interface PlanBlockMixOptions extends PairOptions {
  /** Probability that a batch's masks are rescaled to have λ as mean. @defaultValue 0 */
  readonly maskAdjust?: number;
}

/** Where {@link applyBlockMix} gets its masks from. */
export interface BlockMixSource {
  /** The block; borrowed. */
  readonly block: MixBlock;
  /** The classifier whose features it was trained on, the teacher; borrowed and run in inference mode. */
  readonly classifier: Classifier;
  /** The stage that the block sees, counted from 1. */
  readonly stage: number;
  /** Mixes with λ or 1 − λ up to this are plain Mixup. @defaultValue 0 */
  readonly lamMargin?: number;
}

/** Options of {@link createBlockMixer}. */
export interface BlockMixerOptions extends BlockMixSource, PlanBlockMixOptions {}

/**
 * Draws partners and λ for a block, and what it has a list of.
 *
 * @param rng Moves on by one draw.
 */
export function planBlockMix(
  shape: Plan['shape'],
  rng: Rng,
  { design }: MixBlock,
  { maskAdjust = 0, ...options }: PlanBlockMixOptions = {},
): BlockMixPlan {
  checkRange('planBlockMix', 'maskAdjust', maskAdjust, 0, 1);
  const own = rng.split();
  const [ks, modes] = [listOf(design.rescale ?? -1), listOf(design.upsampling ?? 'nearest')];
  return {
    method: 'mixBlock',
    shape,
    ...planPairs(shape[0], own.fork('pairs'), options),
    ...(ks.length > 1 && { rescale: own.fork('rescale').choice(ks) }),
    ...(modes.length > 1 && { upsampling: own.fork('upsampling').choice(modes) }),
    ...(maskAdjust > 0 && { adjustsMasks: own.fork('adjustsMasks').uniform() < maskAdjust }),
  };
}

/**
 * Mixes given pairs with given λ by a trained block: for pictures and pre-generated data. Labels are mixed by the plan's λ; the mixed
 * batch's `lam` is the mean share that the masks really show.
 *
 * @param batch Borrowed; images as the classifier wants them, normalised.
 * @throws MixError `INVALID_ARGUMENT` or `BATCH_SIZE` when the plan does not fit the batch.
 */
export function applyBlockMix(
  batch: Batch,
  plan: BlockMixPlan,
  { block, classifier, stage, lamMargin = 0 }: BlockMixSource,
  { masks: wanted = false }: { readonly masks?: boolean } = {},
): MixedBatch<BlockMixPlan> {
  checkFits(batch, plan);
  const { partner, lam } = plan;
  const [size, height, width] = shapeOf(batch);
  const sources = sourcesOf(plan);
  const made = tf.tidy(() => {
    // Off the tape: a loss on the mix is not to train the block, nor the teacher.
    const { share } = withoutGradient(() => {
      const { stages } = classifier.forward(batch.images, { training: false });
      const features = stages[stage - 1];
      if (features === undefined) {
        throw invalidArgument('applyBlockMix', 'stage', `be from 1 to ${stages.length}`, stage);
      }
      const raw = block.masks(features, {
        lam,
        partner,
        size: [height, width],
        rescale: plan.rescale,
        upsampling: plan.upsampling,
      });
      const adjusted = plan.adjustsMasks ? adjustMask(raw, lam) : raw;
      return { share: applyLamMargin(adjusted, lam, lamMargin) };
    });
    const rows = tf.tensor2d(sources.flat(), [size, 2], 'int32');
    const own = tf.reshape(tf.mean(share, [1, 2, 3]), [size, 1]);
    const weights = tf.tensor2d(
      lam.flatMap((share) => [share, 1 - share]),
      [size, 2],
    );
    return {
      images: blendByMasks(batch.images, sources, share),
      targets: mixTargets(batch.labels, rows, weights),
      sources: rows,
      lam: tf.concat([own, tf.sub(1, own)], 1) as Tensor2D,
      ...(wanted && { masks: tf.concat([share, tf.sub(1, share)], 3) as typeof share }),
    };
  });
  return { ...made, plan };
}

function checkFits(batch: Batch, { method, shape, partner, lam }: BlockMixPlan): void {
  checkBatch('applyBlockMix', batch);
  checkChoice('applyBlockMix', 'plan.method', method, ['mixBlock']);
  const wanted = shapeOf(batch);
  if (!Array.isArray(shape) || shape.join() !== wanted.join()) {
    throw invalidArgument('applyBlockMix', 'plan.shape', `be the batch's [B,H,W]=[${wanted}]`, shape, {
      code: 'SHAPE',
    });
  }
  for (const [name, list] of Object.entries({ partner, lam })) {
    if (!Array.isArray(list)) throw invalidArgument('applyBlockMix', `plan.${name}`, 'be a list', list);
  }
}

/**
 * A trained block as a `Mixer`. It needs no gradient and leaves all statistics as they are.
 *
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function createBlockMixer({
  block,
  classifier,
  stage,
  lamMargin = 0,
  ...draws
}: BlockMixerOptions): Mixer<BlockMixPlan> {
  checkPairOptions('createBlockMixer', draws);
  checkRange('createBlockMixer', 'maskAdjust', draws.maskAdjust ?? 0, 0, 1);
  checkRange('createBlockMixer', 'lamMargin', lamMargin, 0, 0.5);
  checkInteger('createBlockMixer', 'stage', stage, 1);
  return (batch, { rng, masks = false }) => {
    const plan = planBlockMix(shapeOf(batch), rng, block, draws);
    return applyBlockMix(batch, plan, { block, classifier, stage, lamMargin }, { masks });
  };
}
