import type { BatchNormOptions } from './batch-norm-options.js';
import type { ModelOptions } from './model-options.js';

/** Options that every residual network takes. */
export interface ResidualOptions extends ModelOptions {
  /** Behaviour of batch normalisation. */
  readonly batchNorm?: BatchNormOptions;
  /**
   * Start the last scale of every block at 0, so that each block begins as its shortcut (Goyal et al. 2017,
   * https://arxiv.org/abs/1706.02677, section 5.1).
   * @defaultValue false
   */
  readonly zeroInitResidual?: boolean;
  /**
   * Stochastic depth: in training, each sample skips a block's branch with a probability that grows linearly from 0 in the
   * first block to this in the last, in `[0,1)` (Huang et al. 2016, https://arxiv.org/abs/1603.09382). Drawn from a fork of
   * `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropPath?: number;
}
