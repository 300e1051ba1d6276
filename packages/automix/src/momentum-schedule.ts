import { checkChoice, checkInteger, checkRange, invalidArgument } from '@mix/core';

/** Options of {@link momentumSchedule}. */
export interface MomentumOptions {
  /** Momentum m₀ of the first steps, in `[0,1]`. @defaultValue 0.999 */
  readonly base?: number;
  /** Momentum m₁ at the end, in `[0,1]`. @defaultValue 0.999999 */
  readonly end?: number;
  /** Shares `[a,b]` of the training: warm-up before a, cosine up to b, m₁ from there on. @defaultValue [0.1, 1] */
  readonly scope?: readonly [a: number, b: number];
  /** What happens before a: m₀ throughout, or a line from m₀ to m₁. @defaultValue 'constant' */
  readonly warmup?: 'constant' | 'linear';
  /**
   * The published code's first step when a is 0: momentum 0, which copies the student once more.
   * @defaultValue false
   */
  readonly restartAtZero?: boolean;
}

/**
 * How much of the teacher is kept in each step: a number for all steps (at 1 and above the teacher stays as it is: restore a trained one
 * into it once the network is made), the papers' schedule, or `'auto'`, for a training of any length T: m₀ = 1 − 20/T and m₁ = .999, so that little of the first weights is left.
 */
export type Momentum = number | 'auto' | MomentumOptions;

/** Momentum of a step, from the steps done before it and those of the whole training, which a constant momentum does without. */
export type MomentumSchedule = (step: number, totalSteps?: number) => number;

/**
 * The momentum of AutoMix's teacher over the training: m₀ in the warm-up, then `m₁ − (m₁ − m₀)·(1 + cos(π·t/T_b))/2` with T_b the
 * step at which the scope ends. The cosine counts from step 0, as published, so that it starts with a small jump.
 *
 * @throws MixError `INVALID_ARGUMENT` for numbers out of range, and for anything else.
 * @see Liu et al. 2022, https://arxiv.org/abs/2103.13027
 */
export function momentumSchedule(momentum: Momentum = {}): MomentumSchedule {
  if (typeof momentum === 'number') {
    if (!(momentum >= 0)) {
      throw invalidArgument('momentumSchedule', 'momentum', 'be a number of at least 0', momentum);
    }
    return () => momentum;
  }
  if (momentum === 'auto') {
    return (step, totalSteps) => {
      const total = checkedSteps(step, totalSteps);
      const base = Math.max(0, 1 - 20 / total);
      return scheduled({ base, end: Math.max(base, 0.999) }, step, total);
    };
  }
  if (typeof momentum !== 'object' || momentum === null || Array.isArray(momentum)) {
    const rule = "be a number, 'auto' or { base, end, scope, warmup }";
    throw invalidArgument('momentumSchedule', 'momentum', rule, momentum);
  }
  checkOptions(momentum);
  return (step, totalSteps) => scheduled(momentum, step, checkedSteps(step, totalSteps));
}

function scheduled(
  {
    base = 0.999,
    end = 0.999999,
    scope = [0.1, 1],
    warmup = 'constant',
    restartAtZero = false,
  }: MomentumOptions,
  step: number,
  totalSteps: number,
): number {
  const warm = Math.floor(scope[0] * totalSteps);
  if (restartAtZero && warm === 0 && step === 0) return 0;
  if (step < warm) return warmup === 'constant' ? base : end - ((end - base) * (warm - step)) / warm;
  const last = Math.floor(scope[1] * totalSteps);
  const share = last > 0 ? Math.min(step / last, 1) : 1;
  return end - ((end - base) * (1 + Math.cos(Math.PI * share))) / 2;
}

function checkOptions({
  base = 0.999,
  end = 0.999999,
  scope = [0.1, 1],
  warmup = 'constant',
}: MomentumOptions): void {
  checkRange('momentumSchedule', 'base', base, 0, 1);
  checkRange('momentumSchedule', 'end', end, 0, 1);
  checkRange('momentumSchedule', 'scope[0]', scope[0], 0, 1);
  checkRange('momentumSchedule', 'scope[1]', scope[1], scope[0], 1);
  checkChoice('momentumSchedule', 'warmup', warmup, ['constant', 'linear']);
}

function checkedSteps(step: number, totalSteps: number | undefined): number {
  checkInteger('momentumSchedule', 'step', step);
  const total = totalSteps ?? 0;
  checkInteger('momentumSchedule', 'totalSteps', total, 1);
  return total;
}
