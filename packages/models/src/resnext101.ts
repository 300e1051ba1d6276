import { resnext } from './internal/resnext.js';
import type { Model } from './model.js';
import type { ResnextOptions } from './resnext-options.js';

/**
 * Builds torchvision's ResNeXt-101 of cardinality 32 and base width 4 (32x4d): four stages of 3, 4, 23 and 3 bottleneck blocks
 * whose 3x3 convolutions are in groups, under torchvision's names.
 *
 * @returns A model with four stages of `4·width` to `32·width` channels and an embedding of `32·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Xie et al. 2017, https://arxiv.org/abs/1611.05431, section 5.1; torchvision has this depth as 32x8d and 64x4d
 */
export function resnext101(options: ResnextOptions): Model {
  return resnext('resnext101', options, [3, 4, 23, 3]);
}
