import { createRng } from '@mix/core';
import { createLoader } from '@mix/data';
import type { Config } from '../config/config-schema.js';
import type { Gallery } from '../gallery/draw-gallery.js';
import { mixRows } from '../gallery/mix-rows.js';
import { loaderOptions } from './create-loaders.js';
import { createMixer } from './create-method.js';
import type { OpenedData } from './open-data.js';

/** Mixes images of the first batch, before flip and crop, as a gallery. */
export async function drawFirstMixes(config: Config, data: OpenedData, count: number): Promise<Gallery> {
  const rng = createRng(config.seed);
  const loader = createLoader(data.train, {
    ...loaderOptions(config.data),
    // Enough rows for partners to be somebody else most of the time.
    batchSize: Math.min(Math.max(4 * count, 16), data.train.size),
    shuffle: true,
    rng: rng.fork('data'),
    prefetch: 0,
  });
  try {
    for await (const batch of loader.batches(0)) {
      const { classes } = data.train;
      const rows = await mixRows({
        mixer: createMixer(config),
        batch,
        classes,
        rng: rng.fork('gallery'),
        count,
      });
      return { title: `${config.method.mixer} · ${data.name} · seed ${config.seed}`, rows };
    }
    throw new Error(`${data.train.name}: there is no image to mix`);
  } finally {
    await loader.close();
  }
}
