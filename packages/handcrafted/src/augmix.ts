import {
  applyByteOperation,
  assembleMixed,
  type Batch,
  type BatchShape,
  type ByteImage,
  checkBatch,
  invalidArgument,
  type MixContext,
  type MixedBatch,
  type Mixer,
  type Plan,
  type Rng,
  shapeOf,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type AugmixOperation, augmixOps, checkOperation, drawOperation } from './augmix-operation.js';
import { type AugmixOptions, type AugmixScale, checkAugmix, checkScale } from './augmix-options.js';
import { byteScale } from './internal/bytes/byte-scale.js';
import { checkEach, checkFits, checkRows, isFields, isNumbers } from './internal/check-plan.js';
import { rowStreams } from './internal/row-streams.js';
import { mixChains } from './mix-chains.js';

/** What AugMix draws for one image. */
export interface AugmixRow {
  /** m in `[0,1]`: the share of all chains together; the rest is the image itself. */
  readonly share: number;
  /** w: the shares of the chains among themselves; they sum to 1. */
  readonly weights: readonly number[];
  /** The operations of each chain, one after another. */
  readonly chains: readonly (readonly AugmixOperation[])[];
}

/** What AugMix draws. */
export interface AugmixPlan extends Plan {
  readonly method: 'augmix';
  /** For each row, its chains and their shares. */
  readonly rows: readonly AugmixRow[];
  /** How the images say bytes. */
  readonly scale: AugmixScale;
}

/**
 * Draws chains and their shares for every row anew. Numbers only, no tensors.
 *
 * @param shape `[B,H,W]` of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for options out of range.
 */
export function planAugmix(shape: BatchShape, rng: Rng, options: AugmixOptions = {}): AugmixPlan {
  checkAugmix('augmix', options);
  const { severity = 3, width = 3, depth = -1, alpha = 1, ops = augmixOps, mean = 0, std = 1 } = options;
  const [size, height, imageWidth] = shape;
  const rows = rowStreams(size, rng.split()).map((own): AugmixRow => {
    const weights = drawDirichlet(width, alpha, own);
    const share = own.beta(alpha, alpha);
    const chains = weights.map(() =>
      Array.from({ length: depth === -1 ? 1 + own.integer(3) : depth }, () =>
        drawOperation(ops, severity, [height, imageWidth], own),
      ),
    );
    return { share, weights, chains };
  });
  return { method: 'augmix', shape, rows, scale: { mean, std } };
}

// By breaking a stick: no sum of variates that could underflow to 0.
function drawDirichlet(count: number, alpha: number, own: Rng): number[] {
  let rest = 1;
  return Array.from({ length: count }, (_, index) => {
    const others = count - 1 - index;
    if (others === 0) return rest;
    const part = alpha === Infinity ? 1 / (others + 1) : own.beta(alpha, others * alpha);
    const weight = rest * part;
    rest *= 1 - part;
    return weight;
  });
}

/**
 * Does each row's chains to its image and mixes the results with it: `(1 − m)·x + m·Σ_k w[k]·chain_k(x)`. The operations are those of
 * PIL on 8 bits, bit for bit: bilinear, 0 where nothing is. They run on the host: one transfer there and one back.
 *
 * @param batch Borrowed, unchanged; of 1 or 3 channels. Chains see values rounded to bytes by the plan's scale and clipped to 0 to 255;
 *   the image's own share is mixed in as it is.
 * @param plan Of the batch's shape.
 * @param options `masks` asks for masks: ones, since every row is its only source.
 * @returns New tensors, the caller's; one source a row, its own, with λ = 1, and its own label.
 * @throws MixError `SHAPE` or `BATCH_SIZE` when plan and batch differ, `INVALID_ARGUMENT` for an operation that cannot be done,
 *   `UNSUPPORTED` for another number of channels.
 * @see Hendrycks et al. 2020, https://arxiv.org/abs/1912.02781
 */
export function applyAugmix(
  batch: Batch,
  plan: AugmixPlan,
  { masks = false }: Pick<MixContext, 'masks'> = {},
): MixedBatch<AugmixPlan> {
  checkFits('applyAugmix', batch, plan);
  checkAugmixPlan('applyAugmix', plan);
  const { images } = batch;
  const [size, height, width, channels] = images.shape;
  if (channels !== 1 && channels !== 3) {
    throw invalidArgument('applyAugmix', 'images', 'have 1 or 3 channels', channels, { code: 'UNSUPPORTED' });
  }
  const scale = byteScale('applyAugmix', plan.scale, channels);
  const pixels = images.dataSync() as Float32Array;
  const length = height * width * channels;
  const mixed = new Float32Array(pixels.length);
  plan.rows.forEach(({ share, weights, chains }, row) => {
    const own = pixels.subarray(row * length, (row + 1) * length);
    const image: ByteImage = { bytes: scale.encode(own), height, width, channels };
    const results = chains.map((chain) => {
      const changed = chain.reduce<ByteImage>(
        (seen, operation) => applyByteOperation(seen, operation),
        image,
      );
      return scale.decode(changed.bytes);
    });
    mixed.set(mixChains(own, results, weights, share), row * length);
  });
  return assembleMixed(batch, {
    images: tf.tensor4d(mixed, images.shape),
    sources: plan.rows.map((_, row) => [row]),
    lam: plan.rows.map(() => [1]),
    masks: masks ? tf.ones<tf.Rank.R4>([size, height, width, 1]) : undefined,
    plan,
  });
}

/** Throws unless this is a plan of AugMix. */
export function checkAugmixPlan(where: string, plan: AugmixPlan): void {
  checkRows(where, plan, 'augmix', [plan.rows]);
  checkScale(where, plan.scale);
  checkEach(
    where,
    'plan.rows',
    'be { share, weights, chains }, with a weight for each chain',
    plan.rows,
    isRow,
  );
  for (const { chains } of plan.rows) {
    for (const operation of chains.flat()) checkOperation(where, operation);
  }
}

function isRow(row: AugmixRow): boolean {
  if (!isFields(row) || !Number.isFinite(row.share) || !Array.isArray(row.chains)) return false;
  return isNumbers(row.weights, row.chains.length, 'any') && row.chains.every(Array.isArray);
}

/**
 * AugMix as a `Mixer`: mixes several short random chains of operations on an image, and the image itself. It mixes no two images:
 * each row has itself as only source, and labels stay. Every row has its own draw.
 *
 * Since all weights are convex, it may come before or after a normalisation, whose `mean` and `std` it must know; the published code
 * has it before. Train with `augmixConsistency` for the loss that the paper adds.
 *
 * @example
 * ```ts
 * const mix = augmix({ severity: 3, mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] });
 * const { images } = mix(batch, { rng });
 * ```
 * @see Hendrycks et al. 2020, https://arxiv.org/abs/1912.02781
 */
export function augmix(options: AugmixOptions = {}): Mixer<AugmixPlan> {
  checkAugmix('augmix', options);
  return (batch, { rng, masks = false }) => {
    checkBatch('augmix', batch);
    return applyAugmix(batch, planAugmix(shapeOf(batch), rng, options), { masks });
  };
}
