import type { ConvnextOptions } from './convnext-options.js';
import { convnext } from './internal/convnext.js';
import type { Model } from './model.js';

/**
 * Builds ConvNeXt-Small: {@link convnextTiny} with 27 blocks in its third stage.
 *
 * @returns A model with four stages and an embedding of 768; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Liu et al. 2022, https://arxiv.org/abs/2201.03545, section 3
 */
export function convnextSmall(options: ConvnextOptions): Model {
  return convnext('convnextSmall', { ...options, width: 96, depths: [3, 3, 27, 3] });
}
