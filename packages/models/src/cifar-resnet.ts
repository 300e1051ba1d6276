import { checkChoice, invalidArgument } from '@mix/core';
import { basicBlock } from './internal/basic-block.js';
import { residualNetwork } from './internal/residual-network.js';
import { cifarStem } from './internal/stems.js';
import type { Model } from './model.js';
import type { ResidualOptions } from './residual-options.js';

/** Options of {@link cifarResnet}. */
export interface CifarResnetOptions extends ResidualOptions {
  /** Number of weighted layers: `6n + 2`, such as 8, 20, 32, 44, 56 or 110. */
  readonly depth: number;
  /** Channels of the first stage; the others have twice and four times as many. @defaultValue 16 */
  readonly width?: number;
  /**
   * Where a block changes the shape: `'identity'` subsamples and adds zero channels, half of them on either side
   * (option A, no parameters); `'projection'` is a 1x1 convolution with batch normalisation (option B).
   * @defaultValue 'identity'
   */
  readonly shortcut?: 'identity' | 'projection';
}

/** Options of those whose depth is in their name: `resnet20`, `resnet32` and `resnet56`. */
export type FixedCifarResnetOptions = Omit<CifarResnetOptions, 'depth'>;

/**
 * Builds a residual network for small images: a 3x3 convolution, three stages of `(depth − 2) / 6` basic blocks with
 * `width`, `2·width` and `4·width` channels at full, half and quarter size, global average pooling and a linear layer.
 *
 * Parameters are named as torchvision names its ResNets: `conv1`, `bn1`, `layer1.0.conv1`, ..., `fc`.
 *
 * @returns A model with three stages and an embedding of `4·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, section 4.2. The paper does not say on which side option A adds
 *   its zeros; both sides alike is what the usual PyTorch port does.
 */
export function cifarResnet({
  depth,
  width = 16,
  shortcut = 'identity',
  ...options
}: CifarResnetOptions): Model {
  const blocks = (depth - 2) / 6;
  if (!(Number.isSafeInteger(blocks) && blocks >= 1)) {
    throw invalidArgument('cifarResnet', 'depth', 'be 6n + 2 with n at least 1 (8, 14, 20, ...)', depth);
  }
  checkChoice('cifarResnet', 'shortcut', shortcut, ['identity', 'projection']);
  return residualNetwork('cifarResnet', {
    ...options,
    block: basicBlock,
    width,
    shortcut,
    depths: [blocks, blocks, blocks],
    stem: cifarStem,
  });
}
