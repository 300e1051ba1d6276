import { maskCollapse } from '@mix/automix';
import { createRng } from '@mix/core';
import { createLoader } from '@mix/data';
import type { Config } from '../config/config-schema.js';
import { maskSweep, type SweepRow } from '../gallery/mask-sweep.js';
import { testLoaderOptions } from './create-loaders.js';
import { createTraining } from './create-training.js';
import type { OpenedData } from './open-data.js';
import { restoreNewest } from './restore-newest.js';

/** What is drawn of a run's masks. */
export interface LearnedMasks {
  readonly title: string;
  /** What to know of the pictures. */
  readonly remarks: readonly string[];
  /** Whether no mask has a shape. */
  readonly constant: boolean;
  readonly rows: readonly SweepRow[];
}

/**
 * Mixes test images by the masks that a run has learned by its last checkpoint, or the newest one that is whole.
 *
 * @param options `folder` of the run; `note` gets a line for a checkpoint that is passed over.
 * @throws Error for a run without a checkpoint that can be read.
 */
export async function drawLearnedMasks(
  config: Config,
  data: OpenedData,
  {
    folder,
    count,
    note,
  }: { readonly folder: string; readonly count: number; readonly note: (line: string) => void },
): Promise<LearnedMasks> {
  const training = createTraining(config, data, { restored: true });
  const loader = createLoader(data.test, {
    ...testLoaderOptions(config.data),
    workers: 0,
    batchSize: Math.max(count, 2),
  });
  try {
    const { learned } = training;
    if (learned === undefined) throw new Error(`${folder}: ${config.method.mixer} learns no masks`);
    await restoreNewest(training, folder, note);
    for await (const batch of loader.batches(0)) {
      const rows = await maskSweep(learned, batch, {
        scale: config.train,
        rng: createRng(config.seed),
        count,
        classes: data.test.classes,
      });
      const spread = Math.max(...rows.flatMap(({ steps }) => steps.map((step) => step.spread)));
      // The bound is the library's; a mean and λ that agree leave it nothing else to find.
      const constant = maskCollapse({ mean: 0.5, lam: 0.5, spread }) === 'constant';
      return {
        title: `${config.method.mixer} · ${data.name} · seed ${config.seed} · masks of a, mixes, attention`,
        remarks: [
          ...(constant
            ? [
                `the masks are constant over the image (largest spread ${spread.toFixed(4)}): each mix is a plain blend, by the share below its mask`,
              ]
            : []),
          ...moreImages(config.method),
        ],
        constant,
        rows,
      };
    }
    throw new Error(`${data.test.name}: there is no image to mix`);
  } finally {
    await Promise.all([training.close(), loader.close()]);
  }
}

function moreImages(method: object): readonly string[] {
  const { mixSamples = 2, randomSamples } = method as {
    readonly mixSamples?: number;
    readonly randomSamples?: boolean;
  };
  if (mixSamples === 2) return [];
  return [`these are pairs; the run mixes ${randomSamples === true ? 'up to ' : ''}${mixSamples} images`];
}
