import { checkRange } from './checks.js';
import { identity } from './identity.js';
import type { Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link withProb}. */
export interface WithProbPlan extends Plan {
  readonly method: 'withProb';
  /** What the mixer drew, or the identity's plan where the coin said no. */
  readonly plan: Plan;
}

/**
 * Applies a mixer to a batch with probability `prob`, and leaves the batch as it is otherwise. For a coin a sample,
 * see `perSample([mixer, identity], { weights: [prob, 1 - prob] })`.
 *
 * @param mixer Any mixer.
 * @param prob In `[0,1]`.
 */
export function withProb(mixer: Mixer, prob: number): Mixer<WithProbPlan> {
  checkRange('withProb', 'prob', prob, 0, 1);
  return (batch, context) => {
    const apply = context.rng.uniform() < prob;
    const mixed = apply ? mixer(batch, { ...context, rng: context.rng.split() }) : identity(batch, context);
    return { ...mixed, plan: { method: 'withProb', shape: mixed.plan.shape, plan: mixed.plan } };
  };
}
