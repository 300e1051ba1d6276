import { createRng, type HostBatch, type Mixer } from '@mix/core';
import type { Config } from '../config/config-schema.js';
import type { Gallery } from '../gallery/draw-gallery.js';
import { mixRows } from '../gallery/mix-rows.js';
import { onPictures } from '../gallery/on-pictures.js';
import { methodName } from '../output/method-name.js';
import { createTrainingSource, loaderOptions } from './create-loaders.js';
import { createMixer } from './create-method.js';
import type { OpenedData } from './open-data.js';

/** A learned mixer, which wants normalised images, and what its masks have learned: `untrained masks`. */
export interface LearnedMixes {
  readonly mixer: Mixer;
  readonly state: string;
}

/** Reads images of the first batch, before flip and crop: enough to draw `count` mixes. */
export async function readFirstImages(config: Config, data: OpenedData, count: number): Promise<HostBatch> {
  const { source, loaders } = createTrainingSource(data.train, config, {
    ...loaderOptions(config.data),
    // Enough rows for partners to be somebody else most of the time.
    batchSize: Math.min(Math.max(4 * count, 16), data.train.size),
    rng: createRng(config.seed).fork('data'),
    prefetch: 0,
  });
  try {
    for await (const batch of source.batches(0)) return batch;
    throw new Error(`${data.train.name}: there is no image to mix`);
  } finally {
    await Promise.all(loaders.map((loader) => loader.close()));
  }
}

/**
 * Mixes images as a gallery, the same pairs each time.
 *
 * @param batch Of {@link readFirstImages}.
 * @param learned Without it, mixes are those of the mixer that the section `method` describes.
 */
export async function drawFirstMixes(
  config: Config,
  data: OpenedData,
  batch: HostBatch,
  { count, learned }: { readonly count: number; readonly learned?: LearnedMixes | undefined },
): Promise<Gallery> {
  const { classes } = data.train;
  const { rule } = config.labels;
  const rows = await mixRows({
    mixer:
      learned === undefined
        ? createMixer(config, { numClasses: classes.length, scale: { mean: 0, std: 1 } })
        : onPictures(learned.mixer, config.train),
    batch,
    classes,
    rng: createRng(config.seed).fork('gallery'),
    count,
  });
  const title = [methodName(config), data.name, `seed ${config.seed}`];
  // What a rule makes of them depends on the classifier, or on all of the images.
  if (rule !== 'mixed') title.push(`targets before ${rule}`);
  if (learned !== undefined) title.push(learned.state);
  return { title: title.join(' · '), rows };
}
