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
}
