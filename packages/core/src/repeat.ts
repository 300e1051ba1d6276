import { checkInteger } from './checks.js';
import { disposeMixed } from './dispose-mixed.js';
import { allOrNone } from './internal/all-or-none.js';
import { concatMixed } from './internal/mixed-rows.js';
import type { Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link repeat}. */
export interface RepeatPlan extends Plan {
  readonly method: 'repeat';
  /** What was drawn each time. */
  readonly plans: readonly Plan[];
}

/**
 * Mixes a batch `times` times with draws of their own and puts the results one after the other: `[times·B,...]`, with
 * `sources` pointing into the one batch that came in.
 *
 * @param mixer Any mixer.
 * @param times At least 1.
 * @see Hoffer et al. 2020, "Augment your batch", https://arxiv.org/abs/1901.09335
 */
export function repeat(mixer: Mixer, times: number): Mixer<RepeatPlan> {
  checkInteger('repeat', 'times', times, 1);
  return (batch, context) => {
    const mixed = allOrNone(
      Array.from({ length: times }),
      () => mixer(batch, { ...context, rng: context.rng.split() }),
      disposeMixed,
    );
    const plans = mixed.map(({ plan }) => plan);
    const [, height, width] = batch.images.shape;
    return {
      ...concatMixed('repeat', mixed),
      plan: { method: 'repeat', shape: [batch.images.shape[0], height, width], plans },
    };
  };
}
