import { applyByteOperation, type ByteImage } from '@mix/core';
import type { RandAugmentPlan } from './plan-rand-augment.js';

/**
 * Does to an image what was planned, in the arithmetic of PIL: every byte is the one that Pillow gives.
 *
 * @param image Borrowed; of 1 or 3 channels.
 * @returns A new image, or `image` itself where nothing is done.
 */
export function applyRandAugment(image: ByteImage, { operations, fill }: RandAugmentPlan): ByteImage {
  return operations.reduce((seen, operation) => applyByteOperation(seen, operation, fill), image);
}
