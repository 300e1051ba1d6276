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
 * Mixes images as a gallery, the same pairs each time; by a mixer that changes during the training, as in the middle of the time in which
 * it mixes.
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
  const progress = middleOf(config);
  const rows = await mixRows({
    mixer:
      learned === undefined
        ? createMixer(config, { numClasses: classes.length, scale: { mean: 0, std: 1 } })
        : onPictures(learned.mixer, config.train),
    batch,
    classes,
    rng: createRng(config.seed).fork('gallery'),
    count,
    progress,
  });
  const title = [methodName(config), data.name, `seed ${config.seed}`];
  // What a rule makes of them depends on the classifier, or on all of the images.
  if (rule !== 'mixed') title.push(`targets before ${rule}`);
  if (learned !== undefined) title.push(learned.state);
  if (changes(config)) title.push(`at ${Math.round(100 * progress)} % of the training`);
  return { title: title.join(' · '), rows };
}

// Half of the training, unless a schedule leaves out its begin or its end: at the very start many have not begun to mix.
function middleOf({ method: { onEpoch, offEpoch }, train: { epochs } }: Config): number {
  return (onEpoch + (offEpoch > 0 ? Math.min(offEpoch, epochs) : epochs)) / (2 * epochs);
}

function changes({ method }: Config): boolean {
  const { mixer, onEpoch, offEpoch, probEnd } = method;
  // Only some mixers have these.
  const { alphaEnd, rampProb } = method as { readonly alphaEnd?: number; readonly rampProb?: boolean };
  const moves = probEnd !== undefined || alphaEnd !== undefined || rampProb === true;
  return moves || onEpoch > 0 || offEpoch > 0 || mixer === 'curriculum';
}
