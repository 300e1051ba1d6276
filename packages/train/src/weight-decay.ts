import { checkChoice } from '@mix/core';
import type { Variable } from '@tensorflow/tfjs-core';

/**
 * Which variables weight decay leaves alone: none, those of rank 0 or 1 and those named `bias` (which are the scales and
 * offsets of normalisation layers and all biases), with `'norms-biases-and-embeddings'` also class tokens, position
 * embeddings, tables of relative positions and layer scales by the names that `@mix/models` has for them, or what a
 * function says by name.
 */
export type NoDecay =
  | 'none'
  | 'norms-and-biases'
  | 'norms-biases-and-embeddings'
  | ((name: string, variable: Variable) => boolean);

const embeddings = /(?:^|\.)(?:cls_token|pos_embed|relative_position_bias_table|layer_scale)$/;

/** Throws unless it is one of those: any other text would exempt norms and biases. */
export function checkNoDecay(where: string, noDecay: NoDecay): void {
  if (typeof noDecay === 'function') return;
  checkChoice(where, 'noDecay', noDecay, ['none', 'norms-and-biases', 'norms-biases-and-embeddings']);
}

/** Weight decay of one variable: `weightDecay`, or 0 where `noDecay` exempts it. */
export function decayOf(name: string, variable: Variable, weightDecay: number, noDecay: NoDecay): number {
  if (noDecay === 'none') return weightDecay;
  if (typeof noDecay === 'function') return noDecay(name, variable) ? 0 : weightDecay;
  const plain = variable.rank <= 1 || name === 'bias' || name.endsWith('.bias');
  const exempt = plain || (noDecay === 'norms-biases-and-embeddings' && embeddings.test(name));
  return exempt ? 0 : weightDecay;
}
