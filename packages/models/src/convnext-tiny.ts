import type { ConvnextOptions } from './convnext-options.js';
import { convnext } from './internal/convnext.js';
import type { Model } from './model.js';

/**
 * Builds ConvNeXt-Tiny: stages of 3, 3, 9 and 3 blocks with 96, 192, 384 and 768 channels, under torchvision's names and with
 * its initial weights. Images may be of any size that leaves the last stage a pixel: `8·patchSize` and more.
 *
 * @returns A model with four stages and an embedding of 768, the pooled and normalised features; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @example
 * ```ts
 * const model = convnextTiny({ numClasses: 10, patchSize: 2, rng: createRng(0) });
 * ```
 * @see Liu et al. 2022, https://arxiv.org/abs/2201.03545, section 3
 */
export function convnextTiny(options: ConvnextOptions): Model {
  return convnext('convnextTiny', { ...options, width: 96, depths: [3, 3, 9, 3] });
}
