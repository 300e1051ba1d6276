import type { Rng } from '@mix/core';

/** Options that every model takes. */
export interface ModelOptions {
  /** Number of classes, at least 1. */
  readonly numClasses: number;
  /** Draws the initial weights; forked by parameter name, its own position does not move. */
  readonly rng: Rng;
  /** Channels of the images. @defaultValue 3 */
  readonly inChannels?: number;
}
