import { type ByteImage, drawWindow, type Rng } from '@mix/core';
import { applyRandAugment } from '../apply-rand-augment.js';
import type { AugmentOptions } from '../augment-options.js';
import { planRandAugment } from '../plan-rand-augment.js';
import { mirrored } from './mirrored.js';
import { resizeWindow } from './resize-window.js';
import { shifted } from './shifted.js';

/** An image of `size`, augmented; of any size where windows are cut out of it. */
export function augmentImage(
  image: ByteImage,
  size: readonly [height: number, width: number],
  rng: Rng,
  { resizedCrop, cropPadding = 0, padding = 'black', flip = false, randAugment }: AugmentOptions,
): ByteImage {
  const cut = (): ByteImage => {
    if (resizedCrop !== undefined) {
      const window = drawWindow([image.height, image.width], rng, resizedCrop);
      return resizeWindow(image, window, size, resizedCrop.interpolation ?? 'bilinear');
    }
    if (cropPadding === 0) return image;
    const offset = (): number => rng.integer(2 * cropPadding + 1) - cropPadding;
    return shifted(image, { top: offset(), left: offset(), padding });
  };
  const window = cut();
  const turned = flip && rng.uniform() < 0.5 ? mirrored(window) : window;
  return randAugment === undefined
    ? turned
    : applyRandAugment(turned, planRandAugment(size, rng, randAugment));
}
