import { twins } from './internal/twins.js';
import type { Model } from './model.js';
import type { TwinsOptions } from './twins-options.js';

/**
 * Builds Twins-SVT-Small: stages of 2, 2, 10 and 4 blocks with 64, 128, 256 and 512 channels and heads of 32, whose attention stays
 * within windows in every other block and looks at a summary of the whole map in those between, every 8x8, 4x4, 2x2 and 1x1 tokens in
 * one; under timm's names and with its initial weights.
 *
 * Images may be of any size from 32x32 on (8 patches): positions come from a depthwise convolution after each stage's first block. As
 * in timm, a map that does not fill whole windows is padded with zeros, which are looked at too, and what does not fill a patch or a
 * square of the summary at the bottom and right is left out. There is no `attention` among the outputs: that of windows makes no map
 * of the image.
 *
 * @returns A model with four stages and an embedding of 512; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @example
 * ```ts
 * const model = twinsSvtSmall({ numClasses: 10, patchSize: 2, windowSize: 4, rng: createRng(0) });
 * ```
 * @see Chu et al. 2021, https://arxiv.org/abs/2104.13840, Table 2 and section 3.2
 */
export function twinsSvtSmall(options: TwinsOptions): Model {
  return twins('twinsSvtSmall', {
    ...options,
    width: 64,
    depths: [2, 2, 10, 4],
    heads: [2, 4, 8, 16],
    reductions: [8, 4, 2, 1],
  });
}
