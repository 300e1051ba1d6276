import type { ResidualOptions } from './residual-options.js';

/** Options of torchvision's ResNets. */
export interface ResnetOptions extends ResidualOptions {
  /** `'cifar'`: 3x3 convolution of stride 1, no max-pooling. `'imagenet'`: 7x7 of stride 2, then 3x3 max-pooling of stride 2. */
  readonly stem: 'cifar' | 'imagenet';
  /** Channels of the first stage's 3x3 convolutions; each later stage doubles them. @defaultValue 64 */
  readonly width?: number;
}
