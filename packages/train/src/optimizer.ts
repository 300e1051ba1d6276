import type { Json, NamedTensors, NamedVariables, State } from '@mix/core';

/** Changes variables by their gradients. Holds buffers on the device, so it must be disposed. */
export interface Optimizer {
  /** Kind and options, as plain JSON; a checkpoint is only taken back by an optimiser of equal settings. */
  readonly settings: { readonly [key: string]: Json };
  /**
   * One step: assigns new values to `variables`. Variables without a gradient are left alone.
   *
   * @param variables By name; the names are also those of the optimiser's buffers.
   * @param gradients By the same names; borrowed.
   * @param learningRate The rate of this step.
   */
  update(variables: NamedVariables, gradients: NamedTensors, learningRate: number): void;
  /** Buffers and counters, as fresh tensors and plain JSON. */
  state(): State;
  /** Takes back what {@link Optimizer.state} gave; borrows its tensors. Throws `STATE_MISMATCH` if it does not fit. */
  restore(state: State): void;
  /** Frees the buffers; may be called twice. */
  dispose(): void;
}
