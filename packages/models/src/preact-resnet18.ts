import { checkInteger } from '@mix/core';
import { preactivationNetwork } from './internal/preactivation-network.js';
import type { Model } from './model.js';
import type { PreactivationOptions } from './preactivation-options.js';

/** Options of {@link preactResnet18}. */
export interface PreactResnetOptions extends PreactivationOptions {
  /** Channels of the first stage; each later stage doubles them. @defaultValue 64 */
  readonly width?: number;
  /**
   * Whether a normalisation (`bn`) and a ReLU come after the last block, as the paper has them. The port that the literature on
   * mixing trains has none.
   * @defaultValue false
   */
  readonly finalNorm?: boolean;
}

/**
 * Builds the ResNet-18 with pre-activation blocks for small images: a 3x3 convolution and four stages of two blocks that
 * normalise before they convolve.
 *
 * Strides and names are those of the PyTorch port `kuangliu/pytorch-cifar` (`layer2.0.shortcut.0`, `linear`): where the shape
 * changes, the shortcut is a 1x1 convolution of the block's activated input, without normalisation.
 *
 * @returns A model with four stages of `width` to `8·width` channels and an embedding of `8·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see He et al. 2016, https://arxiv.org/abs/1603.05027
 */
export function preactResnet18({ width = 64, finalNorm = false, ...options }: PreactResnetOptions): Model {
  checkInteger('preactResnet18', 'width', width, 1);
  return preactivationNetwork('preactResnet18', {
    ...options,
    width,
    channels: [1, 2, 4, 8].map((times) => times * width),
    depths: [2, 2, 2, 2],
    names: {
      block: (stage, index) => `layer${stage + 1}.${index}`,
      shortcut: 'shortcut.0',
      norm: finalNorm ? 'bn' : undefined,
      head: 'linear',
    },
    zeroBias: false,
  });
}
