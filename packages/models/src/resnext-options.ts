import type { ResnetOptions } from './resnet-options.js';

/** Options of the ResNeXt models. */
export interface ResnextOptions extends ResnetOptions {
  /** Groups of each 3x3 convolution, at least 1; torchvision's `groups`. @defaultValue 32 */
  readonly cardinality?: number;
  /**
   * Channels of a group in the first stage where `width` is 64, at least 1; torchvision's `width_per_group`. In general a
   * stage's 3x3 convolutions have `⌊c · baseWidth / 64⌋ · cardinality` channels, where those of a ResNet have `c`.
   * @defaultValue 4
   */
  readonly baseWidth?: number;
}
