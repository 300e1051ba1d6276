import { checkChoice, checkInteger } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { DensenetOptions } from '../densenet-options.js';
import type { Model } from '../model.js';
import { createBatchNormRelu } from './batch-norm-relu.js';
import { batchNormSettings } from './batch-norm-settings.js';
import type { Builder } from './builder.js';
import { checkMap } from './check-map.js';
import { checkRate } from './check-rate.js';
import { convBatchNorm } from './conv-batch-norm.js';
import { createConvolution } from './convolution.js';
import { createDenseBlock } from './dense-block.js';
import { Dropout } from './dropout.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { createLinear } from './linear.js';
import { ParameterStore } from './parameter-store.js';
import { stagedClassifier } from './staged-classifier.js';

/** Checks the options of the public factory `where` and builds its network of blocks of so many layers. */
export function densenet(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    stem,
    growthRate = 32,
    bnSize = 4,
    width = 2 * growthRate,
    dropout: rate = 0,
    batchNorm,
    frozenStages,
  }: DensenetOptions,
  depths: readonly number[],
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkChoice(where, 'stem', stem, ['cifar', 'imagenet']);
  checkInteger(where, 'growthRate', growthRate, 1);
  checkInteger(where, 'bnSize', bnSize, 1);
  checkInteger(where, 'width', width, 1);
  checkRate(where, 'dropout', rate);
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder: Builder = { store, rng, batchNorm: batchNormSettings(where, batchNorm) };
  const dropout = new Dropout(rng.fork('dropout'), rate);
  const first = createStem(builder, stem, inChannels, width);
  let channels = width;
  const makeStage = (depth: number, index: number): Layer => {
    const halve = index === 0 ? [] : [createTransition(builder, `features.transition${index}`, channels)];
    if (index > 0) channels = Math.floor(channels / 2);
    const sizes = { inChannels: channels, depth, growthRate, bnSize, dropout };
    channels += depth * growthRate;
    return inSequence([...halve, createDenseBlock(builder, `features.denseblock${index + 1}`, sizes)]);
  };
  const stages = depths.map((depth, index) => store.stage(index + 1, () => makeStage(depth, index)));
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem: first,
    stages,
    norm: createBatchNormRelu(builder, 'features.norm5', channels),
    head: createLinear(builder, 'classifier', { inSize: channels, outSize: numClasses, zeroBias: true }),
    headName: 'classifier',
    dropout: rate > 0 ? dropout : undefined,
  });
}

function createStem(
  builder: Builder,
  kind: 'cifar' | 'imagenet',
  inChannels: number,
  outChannels: number,
): Layer {
  const names = { conv: 'features.conv0', bn: 'features.norm0' };
  const large = kind === 'imagenet';
  const sizes = { kernelSize: large ? 7 : 3, stride: large ? 2 : 1, fan: 'in' } as const;
  const conv = convBatchNorm(builder, names, { inChannels, outChannels, ...sizes, relu: true });
  if (!large) return (x, training) => conv(x, training);
  return (x, training) => tf.tidy(() => tf.maxPool<Tensor4D>(conv(x, training), 3, 2, 1));
}

/** Half the channels, and 2x2 average pooling. */
function createTransition(builder: Builder, name: string, channels: number): Layer {
  const before = createBatchNormRelu(builder, `${name}.norm`, channels);
  const halve = createConvolution(builder, `${name}.conv`, {
    inChannels: channels,
    outChannels: Math.floor(channels / 2),
    kernelSize: 1,
    fan: 'in',
  });
  return (x, training) =>
    tf.tidy(() => {
      checkMap(`${name}.pool`, x, 2);
      return tf.avgPool<Tensor4D>(halve.apply(before(x, training)), 2, 2, 'valid');
    });
}
