import { swin } from './internal/swin.js';
import type { Model } from './model.js';
import type { SwinOptions } from './swin-options.js';

/**
 * Builds Swin-Small: {@link swinTiny} with 18 blocks in its third stage.
 *
 * @returns A model with four stages and an embedding of 768; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, section 3.3
 */
export function swinSmall(options: SwinOptions): Model {
  return swin('swinSmall', { ...options, width: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] });
}
