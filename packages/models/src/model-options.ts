import type { Rng } from '@mix/core';
import type { BatchNormOptions } from './batch-norm-options.js';

/** Options that every model takes. */
export interface ModelOptions {
  /** Number of classes, at least 1. */
  readonly numClasses: number;
  /** Draws the initial weights; forked by parameter name, its own position does not move. */
  readonly rng: Rng;
  /** Channels of the images. @defaultValue 3 */
  readonly inChannels?: number;
  /** Behaviour of batch normalisation. */
  readonly batchNorm?: BatchNormOptions;
  /**
   * Start the last scale of every block at 0, so that each block begins as its shortcut (Goyal et al. 2017,
   * https://arxiv.org/abs/1706.02677, section 5.1).
   * @defaultValue false
   */
  readonly zeroInitResidual?: boolean;
}
