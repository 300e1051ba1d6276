import { invalidArgument } from '../errors.js';
import type { Mixer } from '../mixer.js';

/** Throws unless there is a mixer, and a usable weight for each where weights are given. */
export function checkMixers(where: string, mixers: readonly Mixer[], weights?: readonly number[]): void {
  if (mixers.length === 0) throw invalidArgument(where, 'mixers', 'hold at least one mixer', mixers);
  const usable =
    weights === undefined ||
    (weights.every((weight) => weight >= 0 && weight < Infinity) && weights.some((weight) => weight > 0));
  if (!usable || (weights !== undefined && weights.length !== mixers.length)) {
    throw invalidArgument(where, 'weights', `be ${mixers.length} non-negative numbers, not all 0`, weights);
  }
}
