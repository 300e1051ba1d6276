import {
  checkChoice,
  checkInteger,
  checkRange,
  during,
  firstHalf,
  invalidArgument,
  type Mixer,
  withProb,
} from '@mix/core';
import { type CutmixOptions, cutmix } from './cutmix.js';
import type { OwnPairsMode } from './mode.js';
import { otherHalf } from './pairing.js';

/** Options of {@link cmo}, besides those of `cutmix`. */
export interface CmoOptions extends Omit<CutmixOptions, 'pairing' | 'mode'> {
  /** How draws are shared. @defaultValue 'batch' */
  readonly mode?: OwnPairsMode;
  /** Epochs of the whole training, at least 1. */
  readonly epochs: number;
  /** Share of the batches that are mixed, in `[0,1]`. @defaultValue 0.5 */
  readonly prob?: number;
  /** The last epoch without mixing at the start, counted from 0. @defaultValue 3 */
  readonly start?: number;
  /** Epochs without mixing at the end. @defaultValue 3 */
  readonly end?: number;
}

/**
 * CMO: pastes images of rare classes into those of frequent ones, at the same place. Takes batches of two streams (`dualSource` of
 * `@mix/data`): backgrounds of the natural distribution first, then as many foregrounds of a re-balanced one (published:
 * `classSampler(labels, { exponent: 1 })`). Gives the backgrounds' rows, mixed in epochs e, counted from 0, with
 * `start < e < epochs − end`; λ is the background's share.
 *
 * @throws MixError `INVALID_ARGUMENT` for options out of range, or where no epoch is left to mix in.
 * @see Park et al. 2022, https://arxiv.org/abs/2112.00412
 */
export function cmo({ epochs, prob = 0.5, start = 3, end = 3, ...options }: CmoOptions): Mixer {
  checkChoice('cmo', 'mode', options.mode ?? 'batch', ['batch', 'elem']);
  checkInteger('cmo', 'epochs', epochs, 1);
  checkRange('cmo', 'prob', prob, 0, 1);
  checkInteger('cmo', 'start', start, -1);
  checkInteger('cmo', 'end', end);
  if (start + 1 >= epochs - end) {
    const rule = `leave epochs between start ${start} and the last ${end}`;
    throw invalidArgument('cmo', 'epochs', rule, epochs);
  }
  const mixing = withProb(cutmix({ ...options, pairing: otherHalf }), prob);
  return firstHalf(during(mixing, { from: (start + 1) / epochs, to: (epochs - end) / epochs }));
}
