import type { Json } from '@mix/core';
import { type FitProgress, type FitResult, fit, type TrainRecord } from '@mix/train';
import { openRunFolder } from '@mix/train/node';
import type { Config } from '../config/config-schema.js';
import { createTraining } from './create-training.js';
import { keepGallery } from './keep-gallery.js';
import type { OpenedData } from './open-data.js';
import { hasCheckpoint } from './restore-newest.js';
import { watchHeldOut } from './watch-held-out.js';

/** A run to do. */
export interface TrainingRun {
  /** With `out` and everything else resolved. */
  readonly config: Config & { readonly out: string };
  readonly data: OpenedData;
  /** Go on with the run that the folder holds. */
  readonly resume: boolean;
  /** Stops the run after its step, with a checkpoint. */
  readonly signal: AbortSignal;
  readonly onRecord?: (record: TrainRecord) => void;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Gets remarks. */
  readonly onNote?: (line: string) => void;
}

/** What became of a run. */
export interface TrainingOutcome extends FitResult {
  /** Samples that are unusable, and were skipped or replaced. */
  readonly corrupt: number;
}

/**
 * Trains as configured and leaves `config.json`, `metrics.jsonl`, `gallery.png` and `checkpoints/` in the run folder. Learned masks are drawn
 * again after each evaluation.
 */
export async function runTraining(run: TrainingRun): Promise<TrainingOutcome> {
  const { config, data, resume, signal, onRecord, onProgress, onNote } = run;
  // The weights to begin with may be gone by the time a run goes on.
  const training = createTraining(config, data, { restored: resume && hasCheckpoint(config.out) });
  try {
    const content = JSON.parse(JSON.stringify(config)) as Json;
    // Before anything is written: images that cannot be decoded show here, and the folder stays free.
    const { learned } = training;
    const gallery = await keepGallery(config, data, { learned, resume, onNote });
    const folder = await openRunFolder(config.out, resume ? { resume } : { config: content });
    await gallery.write();
    const { clipNorm, clipJointly } = config.train;
    const result = await fit({
      classifier: training.model,
      method: training.method,
      train: training.train,
      validation: training.test,
      prepare: training.prepare,
      epochs: config.train.epochs,
      rng: training.rng,
      evaluated: training.evaluated,
      ...(learned && {
        watch: async (epoch: number) => {
          await gallery.redraw(epoch);
          return watchHeldOut(training, config.seed);
        },
      }),
      optimizers: training.groups.optimizers,
      schedule: training.groups.schedule,
      ...(clipNorm !== undefined && { clip: { norm: clipNorm, ...(clipJointly && { jointly: true }) } }),
      accumulate: config.train.accumulate,
      skipNonFinite: config.train.skipNonFinite,
      evaluateEvery: config.train.evaluateEvery,
      checkpointEvery: config.train.checkpointEvery,
      store: folder.store,
      resume,
      config: identityOf(config),
      log(record) {
        folder.log(record);
        onRecord?.(record);
      },
      ...(onProgress && { onProgress }),
      signal,
    });
    return { ...result, corrupt: training.corrupt() };
  } finally {
    await training.close();
  }
}

// What fit does not see by itself and what changes the numbers; where a run lies and how fast it loads does not.
function identityOf({ data, model, method, labels, loss, train }: Config): Json {
  const { kind, trainLimit = null, testLimit = null, imageSize = null, noiseMap, onCorrupt } = data;
  const { tail, tailFactor, labelNoise, noiseRate, sampler } = data;
  const shape = {
    tail,
    tailFactor,
    labelNoise,
    noiseRate,
    noiseMap: noiseMap ? [...noiseMap] : null,
    sampler,
  };
  const { weights: _, ...modelKeys } = model;
  const { flip, cropPadding, padding, cropScale, cropInterpolation, mean, std } = train;
  const { randAugment, randAugmentCount, randAugmentMagnitude, randAugmentDeviation, randAugmentProb } =
    train;
  // Only where they say something, so that older runs go on.
  const seen = data.testCropShare < 1 ? { testCropShare: data.testCropShare } : {};
  const crop = {
    ...(padding !== 'black' && { padding }),
    ...(cropScale !== undefined && { cropScale: [...cropScale], cropInterpolation }),
    ...(randAugment !== 'none' && {
      ...{ randAugment, randAugmentCount, randAugmentMagnitude, randAugmentDeviation, randAugmentProb },
      randAugmentInterpolation: [...train.randAugmentInterpolation],
    }),
    ...(train.eraseProb > 0 && { eraseProb: train.eraseProb }),
  };
  return {
    data: { kind, trainLimit, testLimit, imageSize, ...seen, onCorrupt, ...shape },
    model: modelKeys,
    method: { ...method },
    labels: { ...labels },
    loss: { ...loss },
    train: { flip, cropPadding, ...crop, mean, std },
  };
}
