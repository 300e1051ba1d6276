import { checkChoice } from '@mix/core';
import type { Model } from '../model.js';
import type { ResnetOptions } from '../resnet-options.js';
import type { ResidualBlock } from './residual-block.js';
import { residualNetwork } from './residual-network.js';
import { cifarStem, imagenetStem } from './stems.js';

/** Checks the options of the public factory `where` and builds its network: a stem and stages of one kind of block. */
export function torchvisionResnet(
  where: string,
  { stem, width = 64, ...options }: ResnetOptions,
  stages: { readonly block: ResidualBlock; readonly depths: readonly number[] },
): Model {
  checkChoice(where, 'stem', stem, ['cifar', 'imagenet']);
  return residualNetwork(where, {
    ...options,
    ...stages,
    width,
    shortcut: 'projection',
    stem: stem === 'cifar' ? cifarStem : imagenetStem,
  });
}
