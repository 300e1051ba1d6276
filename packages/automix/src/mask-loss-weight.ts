import { checkChoice, checkRange } from '@mix/core';

/** How the weight β of the mask loss changes over the training, from its start. */
export type MaskLossDecay = 'constant' | 'cosine' | 'linear';

/**
 * Weight β of the mask loss: constant (CIFAR, Tiny-ImageNet), `β/2·(1 + cos(π·t/T))` (ImageNet and fine-grained sets in the published
 * code) or falling in a line (the paper's text).
 *
 * @param weight β at the start.
 * @param progress Share of the training that is done, in `[0,1]`.
 */
export function maskLossWeight(weight: number, decay: MaskLossDecay, progress: number): number {
  checkRange('maskLossWeight', 'progress', progress, 0, 1);
  checkChoice('maskLossWeight', 'decay', decay, ['constant', 'cosine', 'linear']);
  switch (decay) {
    case 'constant':
      return weight;
    case 'cosine':
      return (weight * (1 + Math.cos(Math.PI * progress))) / 2;
    case 'linear':
      return weight * (1 - progress);
  }
}
