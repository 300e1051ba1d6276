import type { BatchNormOptions } from './batch-norm-options.js';
import type { ModelOptions } from './model-options.js';

/** Options that the residual networks with normalisation before the convolutions take. */
export interface PreactivationOptions extends ModelOptions {
  /** Behaviour of batch normalisation. */
  readonly batchNorm?: BatchNormOptions;
  /**
   * Stochastic depth: in training, each sample skips a block's branch with a probability that grows linearly from 0 in the
   * first block to this in the last, in `[0,1)` (Huang et al. 2016, https://arxiv.org/abs/1603.09382). Drawn from a fork of
   * `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropPath?: number;
  /**
   * In training, drops each value between a block's convolutions with this probability, in `[0,1)`. Drawn from a fork of
   * `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropout?: number;
}
