import { progressOf } from './by-progress.js';
import { checkRange } from './checks.js';
import { identity } from './identity.js';
import type { Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/** The plan of {@link during}. */
export interface DuringPlan extends Plan {
  readonly method: 'during';
  /** What the mixer drew, or the identity's plan outside the span. */
  readonly plan: Plan;
}

/** Options of {@link during}. */
export interface DuringOptions {
  /** First progress at which the mixer acts, in `[0,1]`. @defaultValue 0 */
  readonly from?: number;
  /** Progress at which it stops, in `[0,1]`; timm's `mixup_off_epoch` e of n is `e / n`. @defaultValue 1 */
  readonly to?: number;
}

/** Applies a mixer while `from ≤ progress < to` (`≤` for `to: 1`), and leaves the batch as it is otherwise. */
export function during(mixer: Mixer, { from = 0, to = 1 }: DuringOptions = {}): Mixer<DuringPlan> {
  checkRange('during', 'from', from, 0, 1);
  checkRange('during', 'to', to, from, 1);
  return (batch, context) => {
    const progress = progressOf('during', context);
    const active = progress >= from && (progress < to || to === 1);
    const mixed = active ? mixer(batch, context) : identity(batch, context);
    return { ...mixed, plan: { method: 'during', shape: mixed.plan.shape, plan: mixed.plan } };
  };
}
