import type { Batch } from './batch.js';
import { checkBatch } from './batch.js';
import type { ChoosePlan } from './choose.js';
import type { DuringPlan } from './during.js';
import { invalidArgument } from './errors.js';
import { type FirstHalfPlan, takeFirstHalf } from './first-half.js';
import { identity } from './identity.js';
import { concatMixed } from './internal/mixed-rows.js';
import type { MixContext, MixedBatch } from './mixer.js';
import { type PerSamplePlan, selectRows } from './per-sample.js';
import type { Plan } from './plan.js';
import type { RepeatPlan } from './repeat.js';
import type { WithProbPlan } from './with-prob.js';

/** Applies plans of one method: `applyMixup`, `applyCutmix`, ... */
// biome-ignore lint/suspicious/noExplicitAny: each applier takes its own plan; the plan's method name picks it.
export type Applier = (batch: Batch, plan: any, options?: Pick<MixContext, 'masks'>) => MixedBatch;

/**
 * Applies a plan again, also one that was read back from JSON, with the same result bit for bit. Plans of combinators are
 * taken apart here; those of mixers go to the applier of their method.
 *
 * @param batch Borrowed; of the plan's shape.
 * @param plan A plan drawn before.
 * @param appliers How to apply each method that occurs: `{ mixup: applyMixup, cutmix: applyCutmix }`.
 * @param options `masks` asks for masks.
 * @returns The mixed batch, the caller's.
 * @throws MixError `UNSUPPORTED` for a method without an applier.
 */
export function replay(
  batch: Batch,
  plan: Plan,
  appliers: Readonly<Record<string, Applier>>,
  options: Pick<MixContext, 'masks'> = {},
): MixedBatch {
  checkBatch('replay', batch);
  const again = (inner: Plan): MixedBatch => replay(batch, inner, appliers, options);
  switch (plan.method) {
    case 'identity':
      return identity(batch, options);
    case 'choose':
    case 'withProb':
    case 'during':
      return { ...again((plan as ChoosePlan | WithProbPlan | DuringPlan).plan), plan };
    case 'perSample': {
      const { choice, plans } = plan as PerSamplePlan;
      return selectRows(
        batch,
        choice,
        plans.map((inner) => inner && again(inner)),
      );
    }
    case 'firstHalf':
      return takeFirstHalf(again((plan as FirstHalfPlan).plan));
    case 'repeat':
      return { ...concatMixed((plan as RepeatPlan).plans.map(again)), plan };
    default: {
      const apply = Object.hasOwn(appliers, plan.method) ? appliers[plan.method] : undefined;
      if (apply === undefined) {
        throw invalidArgument('replay', 'plan.method', 'have an applier', plan.method, {
          code: 'UNSUPPORTED',
          remedy: `Pass { ${plan.method}: apply${plan.method[0]?.toUpperCase()}${plan.method.slice(1)} }.`,
        });
      }
      return apply(batch, plan, options);
    }
  }
}
