import type { ModelOptions } from './model-options.js';

/** Options of the DeiT models. */
export interface DeitOptions extends ModelOptions {
  /** Height and width of the images, or both in one; the position embedding fixes them. @defaultValue 224 */
  readonly imageSize?: number | readonly [number, number];
  /** Side of the square patches; divides height and width. @defaultValue 16 */
  readonly patchSize?: number;
  /**
   * Stochastic depth: in training, each sample skips a residual branch with a probability that grows linearly from 0 in the
   * first block to this in the last, in `[0,1)` (Huang et al. 2016, https://arxiv.org/abs/1603.09382). Drawn from a fork of
   * `rng`; where that stream is belongs to the model's state.
   * @defaultValue 0
   */
  readonly dropPath?: number;
}
