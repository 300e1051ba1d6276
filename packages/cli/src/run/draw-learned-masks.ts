import { join } from 'node:path';
import { createRng } from '@mix/core';
import { createLoader } from '@mix/data';
import { restoreClassifier, restoreMethod } from '@mix/train';
import { fileCheckpointStore } from '@mix/train/node';
import type { Config } from '../config/config-schema.js';
import { maskSweep, type SweepRow } from '../gallery/mask-sweep.js';
import { loaderOptions } from './create-loaders.js';
import { createTraining } from './create-training.js';
import type { OpenedData } from './open-data.js';

/**
 * Mixes test images by the masks that a run has learned by its last checkpoint.
 *
 * @param folder Of the run.
 * @throws MixError `MISSING_FILE` for a run without a checkpoint.
 */
export async function drawLearnedMasks(
  config: Config,
  data: OpenedData,
  { folder, count }: { readonly folder: string; readonly count: number },
): Promise<{ readonly title: string; readonly rows: readonly SweepRow[] }> {
  const training = createTraining(config, data, { restored: true });
  const loader = createLoader(data.test, {
    ...loaderOptions(config.data),
    workers: 0,
    batchSize: Math.max(count, 2),
  });
  try {
    const { learned } = training;
    if (learned === undefined) throw new Error(`${folder}: ${config.method.mixer} learns no masks`);
    const store = fileCheckpointStore(join(folder, 'checkpoints'));
    await restoreClassifier(training.model, store, 'last');
    await restoreMethod(training.method, store, 'last');
    for await (const batch of loader.batches(0)) {
      const rows = await maskSweep(learned, batch, {
        scale: config.train,
        rng: createRng(config.seed),
        count,
      });
      return {
        title: `${config.method.mixer} · ${data.name} · seed ${config.seed} · masks of a, mixes, attention`,
        rows,
      };
    }
    throw new Error(`${data.test.name}: there is no image to mix`);
  } finally {
    await Promise.all([training.close(), loader.close()]);
  }
}
