import type { Rng } from '@mix/core';

/** Options that every model takes. */
export interface ModelOptions {
  /** Number of classes, at least 1. */
  readonly numClasses: number;
  /** Draws the initial weights; forked by parameter name, its own position does not move. */
  readonly rng: Rng;
  /** Channels of the images. @defaultValue 3 */
  readonly inChannels?: number;
  /**
   * For fine-tuning: does not train the stem and so many stages, which are left out of `variables` and run as in inference, their
   * running statistics kept; 0 is the stem alone. In training, gradients by images pass them only where the images are a variable or
   * depend on one. Nothing is frozen without it.
   */
  readonly frozenStages?: number;
}
