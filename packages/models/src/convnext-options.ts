import type { ModelOptions } from './model-options.js';

/** Options of the ConvNeXt models. */
export interface ConvnextOptions extends ModelOptions {
  /**
   * Side of the stem's square patches: 4 as published, for images of 224; 2 or 1 keep more of small images. The later stages halve
   * height and width three times more.
   * @defaultValue 4
   */
  readonly patchSize?: number;
  /**
   * Stochastic depth: in training, each sample skips a block with a probability that grows linearly from 0 in the first to
   * this in the last, in `[0,1)`. Torchvision trained ConvNeXt-Tiny with 0.1 and ConvNeXt-Small with 0.4. Drawn from a fork of
   * `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropPath?: number;
}
