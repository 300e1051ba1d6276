import {
  type Batch,
  type BatchShape,
  checkBatch,
  checkChoice,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Rng,
  type RngState,
  restoreRng,
  shapeOf,
} from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from './cutmix-box.js';
import { checkDeletion, type DeletionPlan, type Fill } from './deletion-options.js';
import { assembleDeleted } from './internal/assemble-deleted.js';
import { checkFits, checkRows, isFields } from './internal/check-plan.js';
import { keepOutside } from './internal/keep-outside.js';
import { rowStreams } from './internal/row-streams.js';
import { checkRandomErasing, type RandomErasingOptions } from './random-erasing-options.js';
import { randomErasingSize } from './random-erasing-size.js';

/** Normal values to fill with: one for each rectangle and channel, or one for each pixel and channel. */
export interface NormalFill {
  /** Which of the two. */
  readonly kind: 'colour' | 'noise';
  /** The stream that gives them: the plan holds it in their stead. */
  readonly stream: RngState;
}

/** What Random Erasing draws. */
export interface RandomErasingPlan extends DeletionPlan {
  readonly method: 'randomErasing';
  /** For each row, the rectangles that are erased; later ones over earlier ones. */
  readonly boxes: readonly (readonly Box[])[];
  /** What erased pixels become. */
  readonly fill: Fill | NormalFill;
}

/**
 * Draws rectangles, for every row anew: probability, then for each rectangle area, aspect, top and left. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planRandomErasing(
  shape: BatchShape,
  rng: Rng,
  options: RandomErasingOptions = {},
): RandomErasingPlan {
  checkRandomErasing(options);
  const { prob = 0.5, count = 1, splits = 1, fill = 0, soften } = options;
  const [size, height, width] = shape;
  const clean = splits > 1 ? Math.floor(size / splits) : 0;
  const drawing = rng.split();
  const boxes = rowStreams(size, drawing).map((own, row) => {
    if (row < clean || own.uniform() >= prob) return [];
    const drawn = Array.from({ length: count }, () => drawBox([height, width], own, options));
    return drawn.filter((box) => box !== undefined);
  });
  const filling = typeof fill === 'string' ? { kind: fill, stream: drawing.fork('fill').state() } : fill;
  return { method: 'randomErasing', shape, boxes, fill: filling, ...(soften && { soften }) };
}

/**
 * Erases the plan's rectangles; every other pixel is a bitwise copy. Labels stay, unless the plan softens them.
 *
 * @param batch Borrowed, unchanged.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for what is kept, `[B,H,W,1]`.
 * @returns New tensors, the caller's; one source a row, its own, with λ = 1.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for a box outside the image.
 * @see Zhong et al. 2020, https://arxiv.org/abs/1708.04896
 */
export function applyRandomErasing(
  batch: Batch,
  plan: RandomErasingPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<RandomErasingPlan> {
  const { boxes, fill, soften } = plan;
  checkFits('applyRandomErasing', batch, plan);
  const normal = isNormal(fill);
  checkDeletion('applyRandomErasing', { ...(!normal && { fill }), ...(soften && { soften }) });
  const keep = keptByRandomErasing('applyRandomErasing', plan);
  if (!normal) return assembleDeleted(batch, keep, fill, { plan, masks });
  const pixels = normalPixels(batch.images.shape, boxes, fill);
  try {
    return assembleDeleted(batch, keep, pixels, { plan, masks });
  } finally {
    tf.dispose(pixels);
  }
}

/**
 * Random Erasing as a `Mixer`: deletes a rectangle of random size and place in about half of the images. It mixes nothing: each row
 * has itself as only source.
 *
 * @example
 * ```ts
 * const mix = randomErasing({ prob: 0.25, fill: 'noise' });
 * const { images, targets } = mix(batch, { rng });
 * ```
 * @see Zhong et al. 2020, https://arxiv.org/abs/1708.04896
 */
export function randomErasing(options: RandomErasingOptions = {}): Mixer<RandomErasingPlan> {
  checkRandomErasing(options);
  return (batch, { rng, masks = false }) => {
    checkBatch('randomErasing', batch);
    return applyRandomErasing(batch, planRandomErasing(shapeOf(batch), rng, options), { masks });
  };
}

/** Checks a plan of Random Erasing, and says which of the `B·H·W` pixels it keeps: 1 kept, 0 erased. */
export function keptByRandomErasing(where: string, plan: RandomErasingPlan): Uint8Array {
  checkRows(where, plan, 'randomErasing', [plan.boxes]);
  return keepOutside(where, plan.boxes, [plan.shape[1], plan.shape[2]]);
}

function drawBox(
  [height, width]: readonly [number, number],
  own: Rng,
  options: RandomErasingOptions,
): Box | undefined {
  const { area = [0.02, 0.33], aspect = [0.3, 3.3], aspectScale = 'log', count = 1, tries = 10 } = options;
  const [low, high] = aspect;
  for (let attempt = 0; attempt < tries; attempt++) {
    const fraction = own.uniform(...area) / count;
    const ratio =
      aspectScale === 'linear'
        ? own.uniform(low, high)
        : Math.exp(own.uniform(Math.log(low), Math.log(high)));
    const size = randomErasingSize([height, width], fraction, ratio);
    if (!size.fits) continue;
    const top = own.integer(height - size.height + 1);
    const left = own.integer(width - size.width + 1);
    return [top, left, top + size.height, left + size.width];
  }
  return undefined;
}

function isNormal(fill: Fill | NormalFill): fill is NormalFill {
  if (!isFields(fill)) return false;
  checkChoice('applyRandomErasing', 'plan.fill.kind', fill.kind, ['colour', 'noise']);
  return true;
}

function normalPixels(
  [size, height, width, channels]: Tensor4D['shape'],
  boxes: readonly (readonly Box[])[],
  { kind, stream }: NormalFill,
): Tensor4D {
  const pixels = new Float32Array(size * height * width * channels);
  const source = restoreRng(stream);
  for (const [row, holes] of boxes.entries()) {
    for (const [hole, [y1, x1, y2, x2]] of holes.entries()) {
      const own = source.fork(row, hole);
      const colour = Array.from({ length: channels }, () => own.normal());
      for (let y = y1; y < y2; y++) {
        const line = (row * height + y) * width;
        for (let index = (line + x1) * channels; index < (line + x2) * channels; index++) {
          pixels[index] = kind === 'noise' ? own.normal() : (colour[index % channels] as number);
        }
      }
    }
  }
  return tf.tensor4d(pixels, [size, height, width, channels]);
}
