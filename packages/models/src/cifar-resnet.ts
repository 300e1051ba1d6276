import type { CifarResnetOptions } from './cifar-resnet-options.js';
import { cifarNetwork } from './internal/cifar-network.js';
import type { Model } from './model.js';

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
export function cifarResnet(options: CifarResnetOptions): Model {
  return cifarNetwork('cifarResnet', options);
}
