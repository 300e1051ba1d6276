import { wideResnet } from './internal/wide-resnet.js';
import type { Model } from './model.js';
import type { WideResnetOptions } from './wide-resnet-options.js';

/**
 * Builds the wide ResNet of depth 28 and widening factor 10 for small images (WRN-28-10): a 3x3 convolution, three stages of
 * 4 pre-activation blocks at full, half and quarter size, a last normalisation and ReLU, and global average pooling.
 *
 * Strides and names are those of the PyTorch port `xternalz/WideResNet-pytorch` (`block1.layer.0.conv1`, `convShortcut`, ...):
 * the first convolution of a stage and its shortcut stride. Dropout comes after the ReLU between a block's convolutions, as in the
 * paper; that port has it before the normalisation.
 *
 * @returns A model with three stages of `10·width`, `20·width` and `40·width` channels, tapped before the last
 *   normalisation, and an embedding of `40·width`; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Zagoruyko & Komodakis 2016, https://arxiv.org/abs/1605.07146, Table 1
 */
export function wrn28x10(options: WideResnetOptions): Model {
  return wideResnet('wrn28x10', options, { depth: 28, factor: 10 });
}
