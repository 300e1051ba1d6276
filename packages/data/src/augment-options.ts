import type { WindowOptions } from '@mix/core';
import type { RandAugmentOptions } from './plan-rand-augment.js';

/** Random resized crops, see {@link AugmentOptions}. */
export interface ResizedCropOptions extends WindowOptions {
  /** How windows are scaled, with the weights of PIL; bicubic has a = −½. @defaultValue 'bilinear' */
  readonly interpolation?: 'bilinear' | 'bicubic';
}

/** What is done to the images of a loader, in this order, while they are bytes. */
export interface AugmentOptions {
  /**
   * Cuts a window of random size and shape out of the whole image, as it was decoded, and scales it to the loader's size, as torchvision's
   * `RandomResizedCrop` does. @defaultValue none
   */
  readonly resizedCrop?: ResizedCropOptions;
  /** Pixels added on every side before a window of the loader's size is cut out; not with `resizedCrop`. @defaultValue 0 */
  readonly cropPadding?: number;
  /** What these pixels show: black, or the image mirrored at its edge pixels. @defaultValue 'black' */
  readonly padding?: 'black' | 'reflect';
  /** Mirrors images left to right with probability ½. @defaultValue false */
  readonly flip?: boolean;
  /** RandAugment, with these options. @defaultValue none */
  readonly randAugment?: RandAugmentOptions;
}
