import type { ResidualOptions } from './residual-options.js';

/** Options of `cifarResnet`. */
export interface CifarResnetOptions extends ResidualOptions {
  /** Number of weighted layers: `6n + 2`, such as 8, 20, 32, 44, 56 or 110. */
  readonly depth: number;
  /** Channels of the first stage; the others have twice and four times as many. @defaultValue 16 */
  readonly width?: number;
  /**
   * Where a block changes the shape: `'identity'` subsamples and adds zero channels, half of them on either side
   * (option A, no parameters); `'projection'` is a 1x1 convolution with batch normalisation (option B).
   * @defaultValue 'identity'
   */
  readonly shortcut?: 'identity' | 'projection';
}

/** Options of those whose depth is in their name: `resnet20`, `resnet32` and `resnet56`. */
export type FixedCifarResnetOptions = Omit<CifarResnetOptions, 'depth'>;
