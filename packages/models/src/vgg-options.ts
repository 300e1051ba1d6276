import type { BatchNormOptions } from './batch-norm-options.js';
import type { ModelOptions } from './model-options.js';

/** Options of the VGG models. */
export interface VggOptions extends ModelOptions {
  /** Normalise after each convolution, as torchvision's `vgg*_bn` do; options say how. @defaultValue false */
  readonly batchNorm?: boolean | BatchNormOptions;
  /**
   * `'imagenet'`: adaptive average pooling to 7x7, two hidden layers with dropout and the classes. `'cifar'`: global average
   * pooling and one linear layer, as usual for small images.
   * @defaultValue 'imagenet'
   */
  readonly head?: 'imagenet' | 'cifar';
  /** Probability that a value of a hidden layer becomes 0 in training, in `[0,1)`; of the head for ImageNet. @defaultValue 0.5 */
  readonly dropout?: number;
  /** Channels of the first stage; the later ones have twice, four and eight times as many. @defaultValue 64 */
  readonly width?: number;
  /** Units of each hidden layer of the head for ImageNet. @defaultValue 4096 */
  readonly hidden?: number;
}
