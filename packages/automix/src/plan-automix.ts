import type { Rng } from '@mix/core';
import { type PairOptions, type Pairs, planPairs } from './plan-pairs.js';

/** What one step of AutoMix draws; plain JSON. */
export interface AutomixPlan {
  /** Pairs that the generator is trained on. */
  readonly generator: Pairs;
  /** Pairs that the student is trained on; drawn independently. */
  readonly backbone: Pairs;
  /** Whether this step trains the generator. */
  readonly trainsGenerator: boolean;
  /** Whether the student's masks are rescaled to λ. */
  readonly adjustsMasks: boolean;
}

/** Options of {@link planAutomix}. */
export interface PlanAutomixOptions extends PairOptions {
  /** Probability that a batch trains the generator. @defaultValue 1 */
  readonly generatorProb?: number;
  /** Probability that masks are rescaled. @defaultValue 0 */
  readonly maskAdjust?: number;
}

/** Draws what one step of AutoMix needs. Numbers only; `rng` stays as it is, its forks are used. */
export function planAutomix(
  size: number,
  rng: Rng,
  { generatorProb = 1, maskAdjust = 0, ...pairs }: PlanAutomixOptions = {},
): AutomixPlan {
  return {
    generator: planPairs(size, rng.fork('generator'), pairs),
    backbone: planPairs(size, rng.fork('backbone'), pairs),
    trainsGenerator: rng.fork('trainsGenerator').uniform() < generatorProb,
    adjustsMasks: rng.fork('adjustsMasks').uniform() < maskAdjust,
  };
}
