import type { FixedCifarResnetOptions } from './cifar-resnet-options.js';
import { cifarNetwork } from './internal/cifar-network.js';
import type { Model } from './model.js';

/**
 * Builds ResNet-32 for CIFAR: `cifarResnet` of depth 32, 464,154 parameters for ten classes.
 *
 * @returns A model with three stages and an embedding of 64; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, section 4.2
 */
export function resnet32(options: FixedCifarResnetOptions): Model {
  return cifarNetwork('resnet32', { ...options, depth: 32 });
}
