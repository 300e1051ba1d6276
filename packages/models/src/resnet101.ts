import { bottleneckBlock } from './internal/bottleneck-block.js';
import { torchvisionResnet } from './internal/torchvision-resnet.js';
import type { Model } from './model.js';
import type { ResnetOptions } from './resnet-options.js';

/**
 * Builds torchvision's ResNet-101: four stages of 3, 4, 23 and 3 bottleneck blocks with projection shortcuts, under
 * torchvision's names. As there, and unlike the paper, a block's stride is in its 3x3 convolution ("v1.5").
 *
 * @returns A model with four stages of `4·width` to `32·width` channels and an embedding of `32·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, Table 1
 */
export function resnet101(options: ResnetOptions): Model {
  return torchvisionResnet('resnet101', options, { block: bottleneckBlock(), depths: [3, 4, 23, 3] });
}
