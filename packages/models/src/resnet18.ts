import { checkChoice } from '@mix/core';
import { residualNetwork } from './internal/residual-network.js';
import { cifarStem, imagenetStem } from './internal/stems.js';
import type { Model } from './model.js';
import type { ModelOptions } from './model-options.js';

/** Options of {@link resnet18}. */
export interface Resnet18Options extends ModelOptions {
  /** `'cifar'`: 3x3 convolution of stride 1, no max-pooling. `'imagenet'`: 7x7 of stride 2, then 3x3 max-pooling of stride 2. */
  readonly stem: 'cifar' | 'imagenet';
  /** Channels of the first stage; each later stage doubles them. @defaultValue 64 */
  readonly width?: number;
}

/**
 * Builds torchvision's ResNet-18: four stages of two basic blocks with projection shortcuts, under torchvision's names.
 *
 * @returns A model with four stages and an embedding of `8·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, Table 1
 */
export function resnet18({ stem, width = 64, ...options }: Resnet18Options): Model {
  checkChoice('resnet18', 'stem', stem, ['cifar', 'imagenet']);
  return residualNetwork('resnet18', {
    ...options,
    width,
    depths: [2, 2, 2, 2],
    shortcut: 'projection',
    stem: stem === 'cifar' ? cifarStem : imagenetStem,
  });
}
