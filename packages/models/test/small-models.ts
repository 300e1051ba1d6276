import type { Rng } from '@mix/core';
import { convnext } from '../src/internal/convnext.js';
import { densenet } from '../src/internal/densenet.js';
import { swin } from '../src/internal/swin.js';
import { twins } from '../src/internal/twins.js';
import { visionTransformer } from '../src/internal/vision-transformer.js';
import { lenet } from '../src/lenet.js';
import type { Model } from '../src/model.js';
import { nexceptionTiny } from '../src/nexception-tiny.js';
import { resnet18 } from '../src/resnet18.js';
import { resnext50 } from '../src/resnext50.js';
import { vgg11 } from '../src/vgg11.js';
import { wrn16x8 } from '../src/wrn16x8.js';
import { xception } from '../src/xception.js';

interface Options {
  readonly numClasses: number;
  readonly rng: Rng;
  readonly frozenStages?: number;
}

const stem = 'cifar';

/** A small model of every family, for images `[B,32,32,3]`. */
export const smallModels: Readonly<Record<string, (options: Options) => Model>> = {
  resnet: (options) => resnet18({ ...options, stem, width: 2 }),
  resnext: (options) => resnext50({ ...options, stem, width: 2, cardinality: 2, baseWidth: 64 }),
  'pre-activation': (options) => wrn16x8({ ...options, width: 1 }),
  densenet: (options) => densenet('densenet', { ...options, stem, growthRate: 2 }, [1, 2]),
  vgg: (options) => vgg11({ ...options, width: 1, hidden: 4, batchNorm: true }),
  lenet: (options) => lenet({ ...options, inChannels: 3, imageSize: 32 }),
  transformer: (options) =>
    visionTransformer('transformer', {
      ...options,
      width: 4,
      depth: 4,
      heads: 1,
      imageSize: 32,
      patchSize: 16,
    }),
  convnext: (options) => convnext('convnext', { ...options, width: 2, depths: [1, 1] }),
  xception: (options) => xception({ ...options, stem, width: 4 }),
  nexception: (options) => nexceptionTiny({ ...options, width: 8 }),
  swin: (options) => swin('swin', { ...options, width: 4, depths: [1, 1], heads: [1, 1], windowSize: 2 }),
  twins: (options) =>
    twins('twins', {
      ...options,
      width: 4,
      depths: [2, 1],
      heads: [2, 2],
      reductions: [2, 1],
      windowSize: 3,
    }),
};
