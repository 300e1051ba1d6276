import { type Batch, disposeMixed, type HostBatch, type Rng } from '@mix/core';
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Learned, PairRequest } from '../factories/learned/learned.js';
import type { Picture } from './canvas.js';
import { asPictures, type Normalisation, normalised } from './on-pictures.js';
import { download, type HostRows, pictureOf } from './picture-of.js';

/** One of the images of a pair. */
interface SweepSource {
  readonly picture: Picture;
  /** Name of its class. */
  readonly label: string;
}

/** A pair of images, mixed at several shares of the first. */
export interface SweepRow {
  readonly sources: readonly [own: SweepSource, partner: SweepSource];
  /** Where in the partner the own image's features look, the mean over all their positions; white for the most, grey where it is even. */
  readonly attention: { readonly picture: Picture; readonly even: boolean };
  readonly steps: readonly {
    readonly lam: number;
    /** Share of the own image that the mask shows. */
    readonly shown: number;
    /** Standard deviation over the mask's pixels. */
    readonly spread: number;
    readonly mask: Picture;
    readonly mix: Picture;
  }[];
}

/** What {@link maskSweep} needs besides. */
export interface MaskSweepOptions {
  /** How the network wants images normalised. */
  readonly scale: Normalisation;
  readonly rng: Rng;
  /** Number of rows, at most the batch's. */
  readonly count: number;
  /** Names of the classes. */
  readonly classes: readonly string[];
}

/** λ from 0 to 1. */
const shares = Array.from({ length: 11 }, (_, index) => index / 10);

/** Mixes each of the first images with the next one, at λ of 0, 0.1, ... 1. */
export async function maskSweep(
  learned: Learned,
  host: Pick<HostBatch, 'images' | 'shape' | 'labels'>,
  { scale, rng, count, classes }: MaskSweepOptions,
): Promise<SweepRow[]> {
  const [size, height, width, channels] = host.shape;
  const bytes = Float32Array.from(host.images, (value) => value / 255);
  const pictures: Tensor4D = tf.tensor4d(bytes, [size, height, width, channels]);
  // Labels are for captions only.
  const batch: Batch = { images: normalised(pictures, scale), labels: tf.zeros([size], 'int32') as Tensor1D };
  const partner = Array.from({ length: size }, (_, row) => (row + 1) % size);
  const pairsAt = (lam: number): PairRequest => ({ partner, lam: partner.map(() => lam) });
  const own = await download(pictures, true);
  const attention = await download(
    partnerMap(learned.attention(batch, pairsAt(0.5), rng), height / width),
    true,
  );
  const mixes: { readonly lam: number; readonly mixed: Awaited<ReturnType<typeof mixAt>> }[] = [];
  for (const lam of shares)
    mixes.push({ lam, mixed: await mixAt(learned, batch, pairsAt(lam), { scale, rng }) });
  tf.dispose({ ...batch });
  const source = (row: number): SweepSource => ({
    picture: pictureOf(own, row),
    label: labelOf(host.labels, row, classes),
  });
  return Array.from({ length: Math.min(count, size) }, (_, row) => ({
    sources: [source(row), source((row + 1) % size)],
    attention: attentionPicture(attention, row),
    steps: mixes.map(({ lam, mixed }) => ({
      lam,
      shown: mixed.lam.row(row)[0] ?? 0,
      spread: mixed.spreads.row(row)[0] ?? 0,
      mask: pictureOf(mixed.masks, row, 0),
      mix: pictureOf(mixed.images, row),
    })),
  }));
}

async function mixAt(
  learned: Learned,
  batch: Batch,
  pairs: PairRequest,
  { scale, rng }: { readonly scale: Normalisation; readonly rng: Rng },
) {
  const mixed = learned.mixPairs(batch, pairs, rng);
  try {
    const masks = mixed.masks as Tensor4D;
    return {
      images: await download(asPictures(mixed.images, scale), true),
      masks: await download(masks),
      spreads: await download(spreadsOf(masks), true),
      lam: await download(mixed.lam),
    };
  } finally {
    disposeMixed(mixed);
  }
}

function spreadsOf(masks: Tensor4D): Tensor1D {
  return tf.tidy(() => {
    const { variance } = tf.moments(tf.slice(masks, 0, [-1, -1, -1, 1]), [1, 2, 3]);
    return tf.sqrt(variance) as Tensor1D;
  });
}

/** How much each position of the partner is looked at: `[B,h,w,1]` of attention `[B,P,P]`, which it disposes. */
function partnerMap(attention: Tensor3D, aspect: number): Tensor4D {
  const [size, positions] = attention.shape;
  const height = Math.round(Math.sqrt(positions * aspect));
  const map = tf.tidy(() => tf.reshape(tf.mean(attention, 1), [size, height, positions / height, 1]));
  attention.dispose();
  return map as Tensor4D;
}

// Divided by the most; where that is hardly more than the least, all would look like all of the attention.
function attentionPicture(maps: HostRows, row: number): SweepRow['attention'] {
  const values = maps.row(row);
  const most = Math.max(...values);
  const even = most - Math.min(...values) < 0.05 * most;
  const scaled = { shape: maps.shape, row: () => values.map((value) => (even ? 0.5 : value / most)) };
  return { picture: pictureOf(scaled, row), even };
}

function labelOf(labels: HostBatch['labels'], row: number, classes: readonly string[]): string {
  const own = labels.subarray(row * classes.length, (row + 1) * classes.length);
  const index = labels instanceof Int32Array ? (labels[row] ?? 0) : own.indexOf(Math.max(...own));
  return classes[index] ?? String(index);
}
