import type { ModelOptions } from './model-options.js';

/** Options of the Twins transformers. */
export interface TwinsOptions extends ModelOptions {
  /**
   * Side of the stem's square patches: 4 as published, for images of 224; 2 or 1 keep more of small images. The later stages halve
   * height and width three times more.
   * @defaultValue 4
   */
  readonly patchSize?: number;
  /** Height and width of the windows; weights fit any. @defaultValue 7 */
  readonly windowSize?: number;
  /**
   * Stochastic depth: in training, each sample skips a branch with a probability that grows linearly from 0 in the first block to
   * this in the last, in `[0,1)`. Drawn from a fork of `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropPath?: number;
}
