import type { FixedCifarResnetOptions } from './cifar-resnet-options.js';
import { cifarNetwork } from './internal/cifar-network.js';
import type { Model } from './model.js';

/**
 * Builds ResNet-20 for CIFAR: `cifarResnet` of depth 20, 269,722 parameters for ten classes.
 *
 * @returns A model with three stages and an embedding of 64; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @example
 * ```ts
 * const model = resnet20({ numClasses: 10, rng: createRng(0) });
 * const { logits, stages } = model.forward(images, { training: false });
 * tf.dispose([logits, stages]);
 * ```
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, section 4.2
 */
export function resnet20(options: FixedCifarResnetOptions): Model {
  return cifarNetwork('resnet20', { ...options, depth: 20 });
}
