import { checkChoice, invalidArgument } from '@mix/core';
import type { CifarResnetOptions } from '../cifar-resnet-options.js';
import type { Model } from '../model.js';
import { basicBlock } from './basic-block.js';
import { residualNetwork } from './residual-network.js';
import { cifarStem } from './stems.js';

/** Checks the options of the public factory `where` and builds its network: three stages of basic blocks for small images. */
export function cifarNetwork(
  where: string,
  { depth, width = 16, shortcut = 'identity', ...options }: CifarResnetOptions,
): Model {
  const blocks = (depth - 2) / 6;
  if (!(Number.isSafeInteger(blocks) && blocks >= 1)) {
    throw invalidArgument(where, 'depth', 'be 6n + 2 with n at least 1 (8, 14, 20, ...)', depth);
  }
  checkChoice(where, 'shortcut', shortcut, ['identity', 'projection']);
  return residualNetwork(where, {
    ...options,
    block: basicBlock,
    width,
    shortcut,
    depths: [blocks, blocks, blocks],
    stem: cifarStem,
  });
}
