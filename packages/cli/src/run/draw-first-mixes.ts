import { createRng, type Mixer } from '@mix/core';
import type { Config } from '../config/config-schema.js';
import type { Gallery } from '../gallery/draw-gallery.js';
import { mixRows } from '../gallery/mix-rows.js';
import { onPictures } from '../gallery/on-pictures.js';
import { createTrainingSource, loaderOptions } from './create-loaders.js';
import { createMixer } from './create-method.js';
import type { OpenedData } from './open-data.js';

/**
 * Mixes images of the first batch, before flip and crop, as a gallery.
 *
 * @param learned A learned mixer, which wants normalised images; without it, the one that the section `method` describes.
 */
export async function drawFirstMixes(
  config: Config,
  data: OpenedData,
  count: number,
  learned?: Mixer,
): Promise<Gallery> {
  const rng = createRng(config.seed);
  const { classes, size } = data.train;
  const { source, loaders } = createTrainingSource(data.train, config, {
    ...loaderOptions(config.data),
    // Enough rows for partners to be somebody else most of the time.
    batchSize: Math.min(Math.max(4 * count, 16), size),
    rng: rng.fork('data'),
    prefetch: 0,
  });
  try {
    for await (const batch of source.batches(0)) {
      const rows = await mixRows({
        mixer:
          learned === undefined
            ? createMixer(config, { numClasses: classes.length, scale: { mean: 0, std: 1 } })
            : onPictures(learned, config.train),
        batch,
        classes,
        rng: rng.fork('gallery'),
        count,
      });
      return { title: `${config.method.mixer} · ${data.name} · seed ${config.seed}`, rows };
    }
    throw new Error(`${data.train.name}: there is no image to mix`);
  } finally {
    await Promise.all(loaders.map((loader) => loader.close()));
  }
}
