import { vgg } from './internal/vgg.js';
import type { Model } from './model.js';
import type { VggOptions } from './vgg-options.js';

/**
 * Builds torchvision's VGG-11, or with `batchNorm` its `vgg11_bn`: eight 3x3 convolutions in five stages that end with 2x2
 * max-pooling, then three linear layers (one with `head: 'cifar'`), under torchvision's names.
 *
 * @returns A model with five stages and an embedding of what its last layer takes: the `hidden` values of the second hidden layer,
 *   rectified and in training dropped (timm's pre-logits; no pooled map), or, with `head: 'cifar'`, the `8·width` means of the last
 *   stage. Images are at least 32x32. The caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Simonyan & Zisserman 2015, https://arxiv.org/abs/1409.1556, Table 1, A
 */
export function vgg11(options: VggOptions): Model {
  return vgg('vgg11', options, [1, 1, 2, 2, 2]);
}
