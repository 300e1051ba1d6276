import { swin } from './internal/swin.js';
import type { Model } from './model.js';
import type { SwinOptions } from './swin-options.js';

/**
 * Builds Swin-Tiny: stages of 2, 2, 6 and 2 blocks with 96, 192, 384 and 768 channels and heads of 32, whose attention stays
 * within windows that every other block shifts; under torchvision's names and with its initial weights.
 *
 * Images may be of any size from a patch on. As in torchvision, a map that does not fill whole windows is padded with zeros, which
 * are looked at too, and windows are not shifted along a side that one of them covers. There is no `attention` among the outputs:
 * that of windows makes no map of the image.
 *
 * @returns A model with four stages and an embedding of 768; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @example
 * ```ts
 * const model = swinTiny({ numClasses: 10, patchSize: 2, windowSize: 4, rng: createRng(0) });
 * ```
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, section 3.3
 */
export function swinTiny(options: SwinOptions): Model {
  return swin('swinTiny', { ...options, width: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] });
}
