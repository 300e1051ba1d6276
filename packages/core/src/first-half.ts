import { disposeMixed } from './dispose-mixed.js';
import { invalidArgument } from './errors.js';
import { gatherMixed } from './internal/mixed-rows.js';
import type { MixedBatch, Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link firstHalf}. */
export interface FirstHalfPlan extends Plan {
  readonly method: 'firstHalf';
  /** What the mixer drew for the whole batch. */
  readonly plan: Plan;
}

/**
 * Keeps the first half of the mixed rows: for batches whose second half only lends its images, such as CMO's foregrounds.
 * Sources are still rows of the whole batch.
 *
 * @param mixer Any mixer; mixes the whole batch. Must give an even number of rows.
 */
export function firstHalf(mixer: Mixer): Mixer<FirstHalfPlan> {
  return (batch, context) => takeFirstHalf(mixer(batch, context));
}

/** Gives the first half of the rows, and disposes `mixed`. */
export function takeFirstHalf(mixed: MixedBatch): MixedBatch<FirstHalfPlan> {
  const size = mixed.images.shape[0];
  if (size % 2 !== 0) {
    disposeMixed(mixed);
    throw invalidArgument('firstHalf', 'the mixer', 'give an even number of rows', size, {
      code: 'BATCH_SIZE',
    });
  }
  const { plan, ...rows } = mixed;
  const half = gatherMixed(
    rows,
    Array.from({ length: size / 2 }, (_, row) => row),
  );
  return { ...half, plan: { method: 'firstHalf', shape: plan.shape, plan } };
}
