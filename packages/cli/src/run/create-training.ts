import { type BatchSource, type Classifier, createRng, type Method, type Rng } from '@mix/core';
import { layerRates, type Model } from '@mix/models';
import { type EvaluatedHeads, type Prepare, prepareImages, type Rates } from '@mix/train';
import type { Config } from '../config/config-schema.js';
import { factoryOf } from '../factories/factory-of.js';
import type { Learned } from '../factories/learned/learned.js';
import { headOf } from '../factories/learned/training-keys.js';
import { mixers } from '../factories/mixers.js';
import { models } from '../factories/models.js';
import { deviceAugmentation } from './augmentation.js';
import { createGroups, type Groups } from './create-groups.js';
import { createLoaders } from './create-loaders.js';
import { createMethod } from './create-method.js';
import { eraseImages } from './erase-images.js';
import { loadWeights } from './load-weights.js';
import type { OpenedData } from './open-data.js';

/** Everything that a configuration stands for, made. */
export interface Training {
  readonly model: Model;
  readonly method: Method;
  /** What is seen of the masks, if they are learned. */
  readonly learned: Learned | undefined;
  /** What is evaluated: the model, or all heads of a learned method. */
  readonly evaluated: Classifier | EvaluatedHeads;
  readonly train: BatchSource;
  readonly test: BatchSource;
  readonly prepare: Prepare;
  readonly groups: Groups;
  readonly rng: Rng;
  /** Samples that were found unusable so far. */
  corrupt(): number;
  /** Frees model, method and optimisers, and ends the decoding threads. */
  close(): Promise<void>;
}

/**
 * Makes model, method, loaders and optimisers. Runs of one seed start from the same weights and see the same batches.
 *
 * @param options `restored`: the model's weights will come from a checkpoint, so that none are loaded here.
 */
export function createTraining(
  config: Config,
  data: OpenedData,
  { restored = false }: { readonly restored?: boolean } = {},
): Training {
  const rng = createRng(config.seed);
  const { train, test, corrupt, close } = createLoaders(data, config, rng.fork('data'));
  const { imageShape, numClasses } = train;
  const { frozenStages } = config.model;
  const createModel = (): Model => {
    const made = factoryOf(models, config.model.name).create(config.model, {
      numClasses,
      inChannels: imageShape[2],
      imageSize: [imageShape[0], imageShape[1]],
      rng: rng.fork('model'),
      ...(frozenStages !== undefined && { frozenStages }),
    });
    if (!restored) loadWeights(made, config.model);
    return made;
  };
  const model = createModel();
  const stepsPerEpoch = Math.ceil(train.numBatches / config.train.accumulate);
  const groups = createGroups(config, stepsPerEpoch, ratesOf(model, config.train));
  const { method, learned, dispose } = createMethod(config, data.train, stepsPerEpoch, {
    classifier: model,
    createTeacher: createModel,
    imageShape,
    rng: rng.fork('method'),
  });
  return {
    model,
    method,
    learned,
    evaluated: learned ? { classify: learned.classify, counts: headOf(config.method) } : model,
    train,
    test,
    prepare: eraseImages(
      viewed(prepareImages(deviceAugmentation(config.train)), config.method),
      config.train.eraseProb,
    ),
    groups,
    corrupt,
    rng: rng.fork('train'),
    async close() {
      dispose();
      model.dispose();
      for (const optimizer of Object.values(groups.optimizers)) optimizer.dispose();
      await close();
    },
  };
}

function ratesOf(model: Model, { layerDecay, headRate }: Config['train']): Rates {
  return layerDecay === 1 && headRate === 1 ? {} : layerRates(model, { decay: layerDecay, head: headRate });
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
