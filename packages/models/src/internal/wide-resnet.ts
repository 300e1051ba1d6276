import { checkInteger } from '@mix/core';
import type { Model } from '../model.js';
import type { WideResnetOptions } from '../wide-resnet-options.js';
import { preactivationNetwork } from './preactivation-network.js';

/** Checks the options of the public factory `where` and builds the network of `depth` layers, widened by `factor`. */
export function wideResnet(
  where: string,
  { width = 16, ...options }: WideResnetOptions,
  { depth, factor }: { readonly depth: number; readonly factor: number },
): Model {
  checkInteger(where, 'width', width, 1);
  const blocks = (depth - 4) / 6;
  return preactivationNetwork(where, {
    ...options,
    width,
    channels: [1, 2, 4].map((times) => times * factor * width),
    depths: [blocks, blocks, blocks],
    names: {
      block: (stage, index) => `block${stage + 1}.layer.${index}`,
      shortcut: 'convShortcut',
      norm: 'bn1',
      head: 'fc',
    },
    zeroBias: true,
  });
}
