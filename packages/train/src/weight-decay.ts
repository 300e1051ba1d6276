import type { Variable } from '@tensorflow/tfjs-core';

/**
 * Which variables weight decay leaves alone: none, those of rank 0 or 1 and those named `bias` (which are the scales and
 * offsets of normalisation layers and all biases), or what a function says by name.
 */
export type NoDecay = 'none' | 'norms-and-biases' | ((name: string, variable: Variable) => boolean);

/** Weight decay of one variable: `weightDecay`, or 0 where `noDecay` exempts it. */
export function decayOf(name: string, variable: Variable, weightDecay: number, noDecay: NoDecay): number {
  if (noDecay === 'none') return weightDecay;
  const exempt =
    noDecay === 'norms-and-biases'
      ? variable.rank <= 1 || name === 'bias' || name.endsWith('.bias')
      : noDecay(name, variable);
  return exempt ? 0 : weightDecay;
}
