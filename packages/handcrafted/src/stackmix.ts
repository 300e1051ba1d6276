import {
  assembleMixed,
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFits, checkPairs, checkRows } from './internal/check-plan.js';
import { drawPairs, type PairOptions } from './mode.js';

/** Which side doubles: `height` puts the own image on top, `width` to the left. */
export type StackAxis = 'height' | 'width';

/** What StackMix draws. */
export interface StackmixPlan extends Plan {
  readonly method: 'stackmix';
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** Which side doubles. */
  readonly axis: StackAxis;
}

/** Options of {@link stackmix}. */
export interface StackmixOptions extends Pick<PairOptions, 'pairing'> {
  /** Which side doubles. @defaultValue 'height' */
  readonly axis?: StackAxis;
}

/**
 * Draws partners. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 */
export function planStackmix(shape: BatchShape, rng: Rng, options: StackmixOptions = {}): StackmixPlan {
  checkOptions(options);
  const { axis = 'height', pairing } = options;
  const { partner } = drawPairs('stackmix', shape[0], rng, pairing === undefined ? {} : { pairing });
  return { method: 'stackmix', shape, partner, axis };
}

/**
 * Stacks each image and its partner's, both whole; the target is the mean of the two labels.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks, of the stack's size (its pixels come from elsewhere in their source).
 * @returns New tensors, the caller's; images `[B,2H,W,C]` or `[B,H,2W,C]`, with λ = ½.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ.
 * @see Chen, Sinha, Kyrillidis 2022, https://proceedings.mlr.press/v180/chen22b.html
 */
export function applyStackmix(
  batch: Batch,
  plan: StackmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<StackmixPlan> {
  const { partner, axis, shape } = plan;
  checkFits('applyStackmix', batch, plan);
  checkStackmixPlan('applyStackmix', plan);
  const images = tf.tidy(() =>
    tf.concat([batch.images, tf.gather(batch.images, tf.tensor1d([...partner], 'int32'))], axisIndex(axis)),
  );
  return assembleMixed(batch, {
    images,
    sources: partner.map((other, row) => [row, other]),
    lam: partner.map(() => [0.5, 0.5]),
    masks: masks ? halves(shape, axis) : undefined,
    plan,
  });
}

/**
 * StackMix as a `Mixer`: shows a network two whole images at once, in one of twice the size. A network trained so is tested on
 * {@link stackTwice}.
 *
 * @example
 * ```ts
 * const mix = stackmix();
 * const { images, targets } = mix(batch, { rng }); // images [B,2H,W,C]
 * ```
 * @see Chen, Sinha, Kyrillidis 2022, https://proceedings.mlr.press/v180/chen22b.html
 */
export function stackmix(options: StackmixOptions = {}): Mixer<StackmixPlan> {
  checkOptions(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('stackmix', batch);
    return applyStackmix(batch, planStackmix(shapeOf(batch), rng, options), { masks });
  };
}

/**
 * Stacks each image with itself: how a network trained with {@link stackmix} sees one image.
 *
 * @param images float32 `[B,H,W,C]`, borrowed.
 * @param axis Which side doubles. @defaultValue 'height'
 * @returns `[B,2H,W,C]` or `[B,H,2W,C]`, new.
 */
export function stackTwice(images: Tensor4D, axis: StackAxis = 'height'): Tensor4D {
  checkChoice('stackTwice', 'axis', axis, ['height', 'width']);
  return tf.concat([images, images], axisIndex(axis));
}

/** Throws unless this is a plan of StackMix. */
export function checkStackmixPlan(where: string, plan: StackmixPlan): void {
  checkRows(where, plan, 'stackmix', [plan.partner]);
  checkPairs(where, plan.partner, []);
  checkChoice(where, 'plan.axis', plan.axis, ['height', 'width']);
}

function halves([count, height, width]: BatchShape, axis: StackAxis): Tensor4D {
  return tf.tidy(() => {
    const shown = tf.ones<tf.Rank.R4>([count, height, width, 1]);
    const hidden = tf.zeros<tf.Rank.R4>([count, height, width, 1]);
    const own = tf.concat([shown, hidden], axisIndex(axis));
    return tf.concat([own, tf.sub(1, own)], 3) as Tensor4D;
  });
}

function axisIndex(axis: StackAxis): number {
  return axis === 'height' ? 1 : 2;
}

function checkOptions({ axis = 'height' }: StackmixOptions): void {
  checkChoice('stackmix', 'axis', axis, ['height', 'width']);
}
