import type { WatchedPlan } from '@mix/automix';
import {
  type Batch,
  denseTargets,
  disposeMixed,
  type HostBatch,
  type MixedBatch,
  type Mixer,
  type Plan,
  plainTargets,
  type Rng,
} from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { GalleryRow } from './gallery-row.js';
import { download, type HostRows, pictureOf } from './picture-of.js';

/** What {@link mixRows} needs. */
export interface MixRowsOptions {
  readonly mixer: Mixer;
  /** Images to mix. */
  readonly batch: HostBatch;
  /** Names of the classes. */
  readonly classes: readonly string[];
  readonly rng: Rng;
  /** Number of rows, at most the batch's. */
  readonly count: number;
  /** Share of the training that is done, for mixers that change with it. @defaultValue 0 */
  readonly progress?: number;
}

/**
 * Mixes a batch once for each row and shows that row of it: with mode `batch` all rows of one mix would share their draw,
 * and a gallery should show the spread.
 */
export async function mixRows({
  mixer,
  batch,
  classes,
  rng,
  count,
  progress = 0,
}: MixRowsOptions): Promise<GalleryRow[]> {
  const device = upload(batch, classes.length);
  try {
    const images = await download(device.images);
    const labels = await download(
      tf.tidy(() => denseTargets(plainTargets(device.labels), classes.length)) as Tensor2D,
      true,
    );
    const rows: GalleryRow[] = [];
    for (let row = 0; row < Math.min(count, batch.shape[0]); row++) {
      const mixed = await downloadMixed(
        mixer(device, { rng: rng.fork(row), progress, masks: true }),
        classes.length,
      );
      const sources = mixed.sources.row(row);
      const shown = mixed.lam.row(row);
      const asked = askedLam(mixed.plan, row);
      rows.push({
        sources: sources.map((source) => ({
          label: heaviest(labels.row(source), classes)[0]?.label ?? '?',
          picture: pictureOf(images, source),
        })),
        masks: (asked === undefined || sources.length <= 2 ? [0] : [...sources.keys()]).map((image) => ({
          picture: pictureOf(mixed.masks, row, image),
          ...(asked !== undefined && { share: shown[image] ?? 0 }),
        })),
        mix: pictureOf(mixed.images, row),
        lam: asked ?? shown[0] ?? 1,
        targets: heaviest(mixed.targets.row(row), classes),
      });
    }
    return rows;
  } finally {
    tf.dispose(device);
  }
}

function upload({ images, shape, labels }: HostBatch, classes: number): Batch {
  const [size, height, width, channels] = shape;
  const scaled = Float32Array.from(images, (value) => value / 255);
  return {
    images: tf.tensor4d(scaled, [size, height, width, channels]),
    labels:
      labels instanceof Int32Array ? tf.tensor1d(labels, 'int32') : tf.tensor2d(labels, [size, classes]),
  };
}

// Of learned masks, whose mean need not be the λ that labels are mixed by.
function askedLam(plan: Plan, row: number): number | undefined {
  if (plan.method !== 'mixBlock' && plan.method !== 'maskGenerator') return undefined;
  const lam = (plan as WatchedPlan).lam[row];
  return typeof lam === 'number' ? lam : lam?.[0];
}

async function downloadMixed(
  mixed: MixedBatch,
  classes: number,
): Promise<Record<'images' | 'masks' | 'sources' | 'lam' | 'targets', HostRows> & { readonly plan: Plan }> {
  const { images, masks, sources, lam, plan } = mixed;
  try {
    if (masks === undefined) throw new Error(`${mixed.plan.method}: gives no masks, so it cannot be drawn`);
    return {
      plan,
      images: await download(images),
      masks: await download(masks),
      sources: await download(sources),
      lam: await download(lam),
      targets: await download(denseTargets(mixed.targets, classes), true),
    };
  } finally {
    disposeMixed(mixed);
  }
}

/** Up to three classes, the heaviest first, down to those that would print as 0.00. */
function heaviest(weights: readonly number[], classes: readonly string[]): GalleryRow['targets'] {
  return weights
    .map((weight, index) => ({ label: classes[index] ?? String(index), weight }))
    .filter(({ weight }) => weight >= 0.005)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3);
}
