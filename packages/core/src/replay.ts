import type { Batch } from './batch.js';
import { checkBatch, shapeOf } from './batch.js';
import { disposeMixed } from './dispose-mixed.js';
import { takeFirstHalf } from './first-half.js';
import { identity } from './identity.js';
import { checkPlanShape, foldPlan } from './internal/fold-plan.js';
import { concatMixed } from './internal/mixed-rows.js';
import { ofMethod } from './internal/of-method.js';
import type { MixContext, MixedBatch } from './mixer.js';
import { selectRows } from './per-sample.js';
import type { Plan } from './plan.js';

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
 * @throws MixError `UNSUPPORTED` for a method without an applier, `INVALID_ARGUMENT` for something that is no plan.
 */
export function replay(
  batch: Batch,
  plan: Plan,
  appliers: Readonly<Record<string, Applier>>,
  options: Pick<MixContext, 'masks'> = {},
): MixedBatch {
  checkBatch('replay', batch);
  checkPlanShape('replay', plan, shapeOf(batch));
  return foldPlan<MixedBatch>('replay', plan, {
    discard: disposeMixed,
    identity: () => identity(batch, options),
    around: (outer, inner) => ({ ...inner, plan: outer }),
    perSample: ({ choice }, inner) => selectRows(batch, choice, inner),
    firstHalf: (_, inner) => takeFirstHalf(inner),
    repeat: (outer, inner) => ({ ...concatMixed('repeat', inner), plan: outer }),
    method: (leaf) => {
      const apply = ofMethod('replay', leaf, appliers, { rule: 'have an applier', prefix: 'apply' });
      return apply(batch, leaf, options);
    },
  });
}
