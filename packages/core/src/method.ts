import type { Scalar } from '@tensorflow/tfjs-core';
import type { Batch } from './batch.js';
import type { Classifier, NamedVariables } from './classifier.js';
import type { Guide } from './guide.js';
import type { Rng } from './rng.js';
import type { State } from './state.js';

/** Where in the training a step is. */
export interface StepContext {
  /** Draws of this step alone: the trainer forks it by epoch, step and rank, and by batch where a step has several. */
  readonly rng: Rng;
  /** Steps done before this one. */
  readonly step: number;
  /** Share of the training that is done, from 0 to 1. */
  readonly progress: number;
  /** Steps of the whole training; schedules that count steps need it. */
  readonly totalSteps?: number;
  /** What a model can tell a guided mixer. */
  readonly guide?: Guide;
}

/** What a step gives, all new scalars. */
export type StepResult = {
  /**
   * Losses by parameter group; `classifier` is always there. Each must reach only its own group's variables (stop the
   * gradient elsewhere): the trainer differentiates their sum once.
   */
  readonly losses: Readonly<Record<string, Scalar>>;
  /** Numbers to log. `lam` is the mean share of the own image, `mixedAccuracy` the λ-weighted accuracy in `[0,1]`. */
  readonly metrics: Readonly<Record<string, Scalar>>;
};

/**
 * What training optimises. `step` runs inside the gradient tape (`tf.variableGrads`), so it must be synchronous and
 * differentiable; intermediate tensors belong to the surrounding tidy.
 */
export interface Method {
  /** Shown in logs and errors. */
  readonly name: string;
  /**
   * The method's own variables by parameter group (`generator`, ...). Those in the group `classifier` (a head of the method's) are
   * trained with the classifier's, so their names must differ from those of its variables.
   */
  readonly groups: Readonly<Record<string, NamedVariables>>;
  /** Losses and metrics of one batch; borrows the batch. A step that accumulates gradients calls it for each of its batches. */
  step(classifier: Classifier, batch: Batch, context: StepContext): StepResult;
  /** Called once after the optimisers' update of each step, outside any tidy: EMA, schedules. Not for a step that is left out. */
  afterStep?(classifier: Classifier, context: StepContext): void;
  /** The method's own state (not the classifier's), as fresh tensors. */
  state(): State;
  /** Takes back what {@link Method.state} gave. */
  restore(state: State): void;
}
