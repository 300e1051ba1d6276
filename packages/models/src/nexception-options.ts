import type { BatchNormOptions } from './batch-norm-options.js';
import type { ModelOptions } from './model-options.js';

/** Options of the NEXcepTion models. */
export interface NexceptionOptions extends ModelOptions {
  /**
   * Side of the stem's square patches: 2 as published, for images of 224; 1 keeps more of small images. The stages halve height
   * and width four times more.
   * @defaultValue 2
   */
  readonly patchSize?: number;
  /** Channels of the stem; all others in proportion, rounded. @defaultValue 96 */
  readonly width?: number;
  /**
   * Stochastic depth: in training, each sample skips a block's branch with this probability, the same for all blocks, in `[0,1)`.
   * The published models were trained with 0.05. Drawn from a fork of `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropPath?: number;
  /** Behaviour of batch normalisation. */
  readonly batchNorm?: BatchNormOptions;
}
