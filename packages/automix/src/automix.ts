import { type AutomixMethod, createAutomixMethod } from './automix-method.js';
import type { AutomixOptions } from './automix-options.js';

/**
 * AutoMix as a `Method`: a Mix Block learns where each of two images is to be seen, judged by a slow copy of the classifier (the
 * teacher), while the classifier learns from clean images (its own head) and mixed ones (a second head). Masks are trained by mixes of
 * their own, so that the student's loss never reaches the block, nor the block's the student; one backward pass serves both.
 *
 * The defaults are those of CIFAR and Tiny-ImageNet, where masks do not depend on λ; `block: { lamConcat: 'all' }` and
 * `maskLoss: { decay: 'cosine' }` are ImageNet's and fine-grained sets'. Differences from the published code are named options, see
 * `compat`; the teacher starts with the student's running statistics.
 *
 * @returns The method, to be disposed. Groups `classifier` (the mixup head, trained with the classifier) and `generator` (the block).
 *   Metrics: `lam`, `mixedAccuracy`, accuracies of student (with `headOneMix` on its mixes) and teacher on clean images, `maskMean`,
 *   `maskSpread`, `maskEntropy` and `maskLam` of the generator's masks, and each loss.
 * @throws MixError `INVALID_ARGUMENT` for options out of range, `STATE_MISMATCH` when the teacher is not of the classifier's shape.
 * @example
 * ```ts
 * const method = automix({ classifier, teacher, imageShape: [32, 32, 3], rng, momentum: 'auto' });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Liu et al. 2022, https://arxiv.org/abs/2103.13027
 */
export function automix(options: AutomixOptions): AutomixMethod {
  return createAutomixMethod(options, { name: 'automix', design: {}, maskLossMode: 'L1' });
}
