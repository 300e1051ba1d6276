import type { BatchNormOptions } from './batch-norm-options.js';
import type { ModelOptions } from './model-options.js';

/** Options of the DenseNets. */
export interface DensenetOptions extends ModelOptions {
  /**
   * `'cifar'`: 3x3 convolution of stride 1, no max-pooling. `'imagenet'`: 7x7 of stride 2, then 3x3 max-pooling of stride 2.
   */
  readonly stem: 'cifar' | 'imagenet';
  /** Channels that every layer adds. @defaultValue 32 */
  readonly growthRate?: number;
  /** A layer's 1x1 convolution gives so many times the growth rate. @defaultValue 4 */
  readonly bnSize?: number;
  /** Channels of the stem. @defaultValue `2 · growthRate` */
  readonly width?: number;
  /** Probability that a value that a layer adds becomes 0 in training, in `[0,1)`. @defaultValue 0 */
  readonly dropout?: number;
  /** Behaviour of batch normalisation. */
  readonly batchNorm?: BatchNormOptions;
}
