import type { BatchNormOptions } from './batch-norm-options.js';
import type { ModelOptions } from './model-options.js';

/** Options of `xception`. */
export interface XceptionOptions extends ModelOptions {
  /**
   * `'imagenet'`: 3x3 convolutions without padding, the first of stride 2, as published for images of 299. `'cifar'`: with
   * padding and stride 1, so that the stages are twice as large.
   */
  readonly stem: 'cifar' | 'imagenet';
  /** Channels of the first convolution; all others in proportion, rounded. @defaultValue 32 */
  readonly width?: number;
  /** Behaviour of batch normalisation. */
  readonly batchNorm?: BatchNormOptions;
}
