import { type AutomixMethod, createAutomixMethod } from './automix-method.js';
import type { AutomixOptions } from './automix-options.js';
import { samixBlock } from './mix-block-options.js';

/**
 * SAMix as a `Method`: AutoMix with another block (λ multiplied in, query and key that see both images, a value neck, bilinear
 * upsampling) and a mask loss that rewards variance.
 *
 * With the neck's batch normalisation in training, λ as a factor cancels out of the value, so that masks hardly follow λ; add
 * `block: { lamConcat: 'value' }` or `{ valueNorm: 'running' }` where their size matters. The η-balanced loss of the paper is
 * `etaLoss: 'bce'`; with cross-entropy, as published configurations have it, η does nothing. Their ImageNet and Tiny-ImageNet settings are
 * `block: { rescale: -1 }`, fine-grained sets' `{ rescale: 1 }`, with `valueDropout: 0.1` on ImageNet and fine-grained sets.
 *
 * @returns As `automix`.
 * @throws As `automix`.
 * @example
 * ```ts
 * const method = samix({ classifier, teacher, imageShape: [32, 32, 3], rng, momentum: 'auto' });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Li et al. 2021, https://arxiv.org/abs/2111.15454
 */
export function samix(options: AutomixOptions): AutomixMethod {
  return createAutomixMethod(options, { name: 'samix', design: samixBlock, maskLossMode: 'L1+Variance' });
}
