import { bottleneckBlock } from './internal/bottleneck-block.js';
import { torchvisionResnet } from './internal/torchvision-resnet.js';
import type { Model } from './model.js';
import type { ResnetOptions } from './resnet-options.js';

/**
 * Builds torchvision's `wide_resnet50_2`: ResNet-50 with twice the channels in every 3x3 convolution, and as many as before
 * between the blocks, under torchvision's names.
 *
 * @returns A model with four stages of `4·width` to `32·width` channels and an embedding of `32·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Zagoruyko & Komodakis 2016, https://arxiv.org/abs/1605.07146, Table 8
 */
export function wideResnet50(options: ResnetOptions): Model {
  const block = bottleneckBlock({ baseWidth: 128 });
  return torchvisionResnet('wideResnet50', options, { block, depths: [3, 4, 6, 3] });
}
