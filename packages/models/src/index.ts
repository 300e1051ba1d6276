export type { BatchNormOptions } from './batch-norm-options.js';
export type { CifarResnetOptions } from './cifar-resnet.js';
export { cifarResnet } from './cifar-resnet.js';
export type { Model } from './model.js';
export type { ModelOptions } from './model-options.js';
export type { Resnet18Options } from './resnet18.js';
export { resnet18 } from './resnet18.js';
export type { Resnet20Options } from './resnet20.js';
export { resnet20 } from './resnet20.js';
