import { type Batch, disposeMixed, type HostBatch, type Rng } from '@mix/core';
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Learned, PairRequest } from '../factories/learned/learned.js';
import type { Picture } from './canvas.js';
import { asPictures, type Normalisation, normalised } from './on-pictures.js';
import { download, pictureOf } from './picture-of.js';

/** A pair of images, mixed at several shares of the first. */
export interface SweepRow {
  readonly sources: readonly [own: Picture, partner: Picture];
  /** Where the own image's features look in the partner, white for the most. */
  readonly attention: Picture;
  readonly steps: readonly {
    readonly lam: number;
    /** Share of the own image that the mask shows. */
    readonly shown: number;
    readonly mask: Picture;
    readonly mix: Picture;
  }[];
}

/** λ from 0 to 1. */
const shares = Array.from({ length: 11 }, (_, index) => index / 10);

/**
 * Mixes each of the first images with the next one, at λ of 0, 0.1, ... 1.
 *
 * @param scale How the network wants images normalised.
 * @param count Number of rows, at most the batch's.
 */
export async function maskSweep(
  learned: Learned,
  host: Pick<HostBatch, 'images' | 'shape'>,
  { scale, rng, count }: { readonly scale: Normalisation; readonly rng: Rng; readonly count: number },
): Promise<SweepRow[]> {
  const [size, height, width, channels] = host.shape;
  const bytes = Float32Array.from(host.images, (value) => value / 255);
  const pictures: Tensor4D = tf.tensor4d(bytes, [size, height, width, channels]);
  // Nobody looks at labels here.
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
  return Array.from({ length: Math.min(count, size) }, (_, row) => ({
    sources: [pictureOf(own, row), pictureOf(own, (row + 1) % size)],
    attention: pictureOf(attention, row),
    steps: mixes.map(({ lam, mixed }) => ({
      lam,
      shown: mixed.lam.row(row)[0] ?? 0,
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
    return {
      images: await download(asPictures(mixed.images, scale), true),
      masks: await download(mixed.masks as Tensor4D),
      lam: await download(mixed.lam),
    };
  } finally {
    disposeMixed(mixed);
  }
}

/** How much each position of the partner is looked at, the most as 1: `[B,h,w,1]` of attention `[B,P,P]`, which it disposes. */
function partnerMap(attention: Tensor3D, aspect: number): Tensor4D {
  const [size, positions] = attention.shape;
  const height = Math.round(Math.sqrt(positions * aspect));
  const map = tf.tidy(() => {
    const looked = tf.mean(attention, 1);
    return tf.reshape(tf.div(looked, tf.max(looked, 1, true)), [size, height, positions / height, 1]);
  });
  attention.dispose();
  return map as Tensor4D;
}
