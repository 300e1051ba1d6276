import { basicBlock } from './internal/basic-block.js';
import { torchvisionResnet } from './internal/torchvision-resnet.js';
import type { Model } from './model.js';
import type { ResnetOptions } from './resnet-options.js';

/**
 * Builds torchvision's ResNet-34: four stages of 3, 4, 6 and 3 basic blocks with projection shortcuts, under torchvision's
 * names.
 *
 * @returns A model with four stages and an embedding of `8·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, Table 1
 */
export function resnet34(options: ResnetOptions): Model {
  return torchvisionResnet('resnet34', options, { block: basicBlock, depths: [3, 4, 6, 3] });
}
