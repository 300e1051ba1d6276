import { createRng } from '@mix/core';
import * as models from '@mix/models';
import { adamw, sgd } from '@mix/train';

const builders = {
  resnet18: ({ width, classes }, rng) => models.resnet18({ stem: 'cifar', width, numClasses: classes, rng }),
  resnet20: ({ classes }, rng) => models.resnet20({ numClasses: classes, rng }),
  resnet50: ({ classes }, rng) => models.resnet50({ stem: 'imagenet', numClasses: classes, rng }),
  resnext50: ({ classes }, rng) => models.resnext50({ stem: 'cifar', numClasses: classes, rng }),
  'wrn-16-8': ({ classes }, rng) => models.wrn16x8({ numClasses: classes, rng }),
  'deit-tiny': ({ size, patch, classes }, rng) =>
    models.deitTiny({ imageSize: size, patchSize: patch, numClasses: classes, rng }),
  'convnext-tiny': ({ classes }, rng) => models.convnextTiny({ numClasses: classes, rng }),
};

const optimizers = {
  sgd: ({ momentum, weightDecay }) => sgd({ momentum, nesterov: true, weightDecay }),
  adamw: ({ weightDecay }) => adamw({ weightDecay }),
};

/** A model of @mix/models by the name and options of a workload. */
export function buildModel(name, options) {
  return builders[name](options, createRng(0));
}

/** An optimiser of @mix/train by the settings of a workload. */
export function buildOptimizer(settings) {
  return optimizers[settings.kind](settings);
}

/** The number of trained values. */
export function countParameters({ variables }) {
  return Object.values(variables).reduce((sum, { size }) => sum + size, 0);
}
