import { type BatchSource, createRng, type Method, type Rng } from '@mix/core';
import type { Model } from '@mix/models';
import {
  constant,
  cosine,
  linearWarmup,
  type Optimizer,
  type Prepare,
  prepareImages,
  type Schedule,
} from '@mix/train';
import type { Config } from '../config/config-schema.js';
import { factoryOf } from '../factories/factory-of.js';
import { mixers } from '../factories/mixers.js';
import { models } from '../factories/models.js';
import { optimizers } from '../factories/optimizers.js';
import { createLoaders } from './create-loaders.js';
import { createMethod } from './create-method.js';
import type { OpenedData } from './open-data.js';

/** Everything that a configuration stands for, made. */
export interface Training {
  readonly model: Model;
  readonly method: Method;
  readonly train: BatchSource;
  readonly test: BatchSource;
  readonly prepare: Prepare;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly rng: Rng;
  /** Samples that were found unusable so far. */
  corrupt(): number;
  /** Frees the model and the optimiser, and ends the decoding threads. */
  close(): Promise<void>;
}

/** Makes model, method, loaders and optimiser. Runs of one seed start from the same weights and see the same batches. */
export function createTraining(config: Config, data: OpenedData): Training {
  const rng = createRng(config.seed);
  const { mean, std, flip, cropPadding } = config.train;
  const { train, test, corrupt, close } = createLoaders(data, config, rng.fork('data'));
  const schedule = createSchedule(config, train.numBatches);
  const method = createMethod(config, data.train, train.numBatches);
  const optimizer = factoryOf(optimizers, config.train.optimizer).create(config.train);
  const model = factoryOf(models, config.model.name).create(config.model, {
    numClasses: train.numClasses,
    inChannels: train.imageShape[2],
    imageSize: [train.imageShape[0], train.imageShape[1]],
    rng: rng.fork('model'),
  });
  return {
    model,
    method,
    train,
    test,
    prepare: viewed(prepareImages({ mean, std, flip, cropPadding }), config.method),
    optimizer,
    schedule,
    corrupt,
    rng: rng.fork('train'),
    async close() {
      model.dispose();
      optimizer.dispose();
      await close();
    },
  };
}

// In evaluation, images as the classifier is used to see them.
function viewed(prepare: Prepare, section: Config['method']): Prepare {
  const view = factoryOf(mixers, section.mixer).view?.(section);
  if (view === undefined) return prepare;
  return (host, rng) => {
    const batch = prepare(host, rng);
    if (rng !== undefined) return batch;
    const images = view(batch.images);
    batch.images.dispose();
    return { ...batch, images };
  };
}

function createSchedule({ train }: Config, stepsPerEpoch: number): Schedule {
  const { epochs, schedule, warmupEpochs } = train;
  // Every optimiser has the key; its default differs, so it is one of the optimiser's own.
  const { learningRate } = train as unknown as { readonly learningRate: number };
  const warmupSteps = Math.round(warmupEpochs * stepsPerEpoch);
  return schedule === 'constant'
    ? linearWarmup(constant(learningRate), warmupSteps)
    : cosine({ base: learningRate, warmupSteps, totalSteps: epochs * stepsPerEpoch });
}
