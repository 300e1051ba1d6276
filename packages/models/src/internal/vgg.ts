import { checkChoice, checkInteger } from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { adaptiveAvgPool } from '../adaptive-avg-pool.js';
import type { Model } from '../model.js';
import type { VggOptions } from '../vgg-options.js';
import { batchNormSettings } from './batch-norm-settings.js';
import type { WeightBuilder } from './builder.js';
import { checkRate } from './check-rate.js';
import { Dropout } from './dropout.js';
import { flattenAsTorch } from './flatten-as-torch.js';
import { createLinear } from './linear.js';
import { ParameterStore } from './parameter-store.js';
import { type StagedParts, stagedClassifier } from './staged-classifier.js';
import { createVggStages, type VggDepths } from './vgg-stages.js';

/** Checks the options of the public factory `where` and builds its network. */
export function vgg(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    frozenStages,
    batchNorm = false,
    head = 'imagenet',
    dropout = 0.5,
    width = 64,
    hidden = 4096,
  }: VggOptions,
  depths: VggDepths,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'width', width, 1);
  checkInteger(where, 'hidden', hidden, 1);
  checkChoice(where, 'head', head, ['imagenet', 'cifar']);
  checkRate(where, 'dropout', dropout);
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder = { store, rng };
  const { stages, outChannels } = createVggStages(builder, {
    inChannels,
    width,
    depths,
    batchNorm: batchNorm ? batchNormSettings(where, batchNorm === true ? {} : batchNorm) : undefined,
  });
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem: (x) => x,
    stages,
    ...(head === 'cifar'
      ? createHead(builder, 'classifier', outChannels, numClasses)
      : {
          ...createHidden(builder, outChannels, hidden, new Dropout(rng.fork('dropout'), dropout)),
          ...createHead(builder, 'classifier.6', hidden, numClasses),
        }),
  });
}

// torchvision's for its linear layers.
const DEVIATION = 0.01;
const GRID = 7;

function createHead(
  builder: WeightBuilder,
  headName: string,
  inSize: number,
  outSize: number,
): Pick<StagedParts, 'head' | 'headName'> {
  return { headName, head: createLinear(builder, headName, { inSize, outSize, deviation: DEVIATION }) };
}

function createHidden(
  builder: WeightBuilder,
  channels: number,
  hidden: number,
  dropout: Dropout,
): Required<Pick<StagedParts, 'embed' | 'dropout'>> {
  const layer = (name: string, inSize: number) => {
    const linear = createLinear(builder, name, { inSize, outSize: hidden, deviation: DEVIATION });
    return (x: Tensor2D, training: boolean) => dropout.apply(tf.relu(linear(x)), training);
  };
  const first = layer('classifier.0', channels * GRID * GRID);
  const second = layer('classifier.3', hidden);
  return {
    dropout,
    embed: (features, training) => {
      const pooled = flattenAsTorch(adaptiveAvgPool(features, [GRID, GRID]));
      return second(first(pooled, training), training);
    },
  };
}
