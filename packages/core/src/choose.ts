import { checkMixers } from './internal/check-mixers.js';
import type { Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link choose}. */
export interface ChoosePlan extends Plan {
  readonly method: 'choose';
  /** Which of the mixers was taken. */
  readonly choice: number;
  /** What it drew. */
  readonly plan: Plan;
}

/** Options of {@link choose} and {@link perSample}. */
export interface ChooseOptions {
  /** Relative probability of each mixer. @defaultValue all equal */
  readonly weights?: readonly number[];
}

/**
 * Takes one of several mixers for each batch. timm's `switch_prob` p is `choose([mixup(), cutmix()], { weights: [1 - p, p] })`.
 *
 * @param mixers At least one.
 */
export function choose(mixers: readonly Mixer[], { weights }: ChooseOptions = {}): Mixer<ChoosePlan> {
  checkMixers('choose', mixers, weights);
  const indices = mixers.map((_, index) => index);
  return (batch, context) => {
    const choice = context.rng.choice(indices, weights);
    const mixer = mixers[choice] as Mixer;
    const mixed = mixer(batch, { ...context, rng: context.rng.split() });
    return { ...mixed, plan: { method: 'choose', shape: mixed.plan.shape, choice, plan: mixed.plan } };
  };
}
