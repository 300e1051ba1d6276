import type { BatchShape } from '../batch.js';
import type { ChoosePlan } from '../choose.js';
import type { DuringPlan } from '../during.js';
import { invalidArgument } from '../errors.js';
import type { FirstHalfPlan } from '../first-half.js';
import type { PerSamplePlan } from '../per-sample.js';
import type { Plan } from '../plan.js';
import type { RepeatPlan } from '../repeat.js';
import type { WithProbPlan } from '../with-prob.js';
import { allOrNone } from './all-or-none.js';

/** What each kind of plan becomes, given what the plans inside it have become. */
export interface PlanFold<T> {
  readonly identity: (plan: Plan) => T;
  /** A combinator around one plan that changes nothing more. */
  readonly around: (plan: ChoosePlan | WithProbPlan | DuringPlan, inner: T) => T;
  readonly perSample: (plan: PerSamplePlan, inner: readonly (T | null)[]) => T;
  readonly firstHalf: (plan: FirstHalfPlan, inner: T) => T;
  readonly repeat: (plan: RepeatPlan, inner: readonly T[]) => T;
  /** A mixer's own plan. */
  readonly method: (plan: Plan) => T;
  /** Gets what has become of the plans before one that is refused. */
  readonly discard?: (made: T) => void;
}

/**
 * Takes the plans of combinators apart, from the outside in, and puts together what `fold` makes of the parts.
 *
 * @throws MixError `INVALID_ARGUMENT` for something that is no plan, `SHAPE` where plans inside are for another batch.
 */
export function foldPlan<T>(where: string, plan: Plan, fold: PlanFold<T>): T {
  checkIsPlan(where, plan);
  const inside = (inner: Plan): T => {
    checkIsPlan(where, inner);
    if (inner.shape.join() !== plan.shape.join()) {
      throw invalidArgument(where, 'plan.plan.shape', `be [${plan.shape}] as around it`, inner.shape, {
        code: 'SHAPE',
      });
    }
    return foldPlan(where, inner, fold);
  };
  switch (plan.method) {
    case 'identity':
      return fold.identity(plan);
    case 'choose':
    case 'withProb':
    case 'during': {
      const outer = plan as ChoosePlan | WithProbPlan | DuringPlan;
      return fold.around(outer, inside(outer.plan));
    }
    case 'perSample': {
      const outer = plan as PerSamplePlan;
      checkPerSample(where, outer);
      const inner = allOrNone(
        outer.plans,
        (candidate) => (candidate === null ? null : inside(candidate)),
        (made) => made && fold.discard?.(made),
      );
      return fold.perSample(outer, inner);
    }
    case 'firstHalf': {
      const outer = plan as FirstHalfPlan;
      return fold.firstHalf(outer, inside(outer.plan));
    }
    case 'repeat': {
      const outer = plan as RepeatPlan;
      checkList(where, 'plan.plans', outer.plans);
      return fold.repeat(outer, allOrNone(outer.plans, inside, fold.discard));
    }
    default:
      return fold.method(plan);
  }
}

/** Throws unless `plan` is a plan for a batch of this shape. */
export function checkPlanShape(where: string, plan: Plan, shape: BatchShape): void {
  checkIsPlan(where, plan);
  if (plan.shape.join() === shape.join()) return;
  const rule = `be the batch's [B,H,W]=[${shape}]`;
  throw invalidArgument(where, 'plan.shape', rule, plan.shape, { code: 'SHAPE' });
}

function checkIsPlan(where: string, plan: Plan): void {
  const named = typeof plan === 'object' && plan !== null && typeof plan.method === 'string';
  const shaped = named && Array.isArray(plan.shape) && plan.shape.length === 3;
  if (!shaped || !plan.shape.every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw invalidArgument(where, 'plan', 'be a plan, with method and shape [B,H,W]', plan);
  }
}

function checkPerSample(where: string, { choice, plans, shape }: PerSamplePlan): void {
  checkList(where, 'plan.plans', plans);
  checkList(where, 'plan.choice', choice);
  if (choice.length !== shape[0] || choice.some((index) => (plans[index] ?? null) === null)) {
    throw invalidArgument(where, 'plan.choice', `name a plan for each of ${shape[0]} rows`, choice);
  }
}

function checkList(where: string, argument: string, list: readonly unknown[]): void {
  if (!(Array.isArray(list) && list.length > 0)) throw invalidArgument(where, argument, 'be a list', list);
}
