import { checkInteger, invalidArgument } from '@mix/core';
import type { Model } from '../model.js';
import type { ResnextOptions } from '../resnext-options.js';
import { bottleneckBlock } from './bottleneck-block.js';
import { torchvisionResnet } from './torchvision-resnet.js';

/** Checks the options of the public factory `where` and builds its network: a ResNet of grouped bottleneck blocks. */
export function resnext(
  where: string,
  { cardinality = 32, baseWidth = 4, ...options }: ResnextOptions,
  depths: readonly number[],
): Model {
  checkInteger(where, 'cardinality', cardinality, 1);
  checkInteger(where, 'baseWidth', baseWidth, 1);
  const { width = 64 } = options;
  checkInteger(where, 'width', width, 1);
  if (width * baseWidth < 64) {
    const rule = `be at least 64 / width = ${64 / width}, for a group to have a channel`;
    throw invalidArgument(where, 'baseWidth', rule, baseWidth);
  }
  return torchvisionResnet(where, options, { block: bottleneckBlock({ cardinality, baseWidth }), depths });
}
