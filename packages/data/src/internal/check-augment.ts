import { checkChoice, checkInteger, checkWindow, invalidArgument } from '@mix/core';
import type { AugmentOptions } from '../augment-options.js';
import { checkRandAugment } from '../plan-rand-augment.js';

/** Throws unless images of this shape can be augmented so. */
export function checkAugment(
  { resizedCrop, cropPadding = 0, padding = 'black', randAugment }: AugmentOptions,
  [height, width, channels]: readonly [number, number, number],
): void {
  const where = 'createLoader';
  if (channels !== 3) {
    throw invalidArgument(where, 'augment', 'come with images of 3 channels', `${channels} channels`, {
      remedy: 'Give imageSize to make them RGB',
    });
  }
  checkInteger(where, 'augment.cropPadding', cropPadding);
  checkChoice(where, 'augment.padding', padding, ['black', 'reflect']);
  if (padding === 'reflect' && cropPadding >= Math.min(height, width)) {
    const rule = `be below the image's sides, ${height} and ${width}`;
    throw invalidArgument(where, 'augment.cropPadding', rule, cropPadding);
  }
  if (resizedCrop !== undefined) {
    if (cropPadding > 0) {
      throw invalidArgument(where, 'augment.cropPadding', 'be 0 with resizedCrop', cropPadding);
    }
    checkWindow(where, resizedCrop);
    const { interpolation = 'bilinear' } = resizedCrop;
    checkChoice(where, 'augment.resizedCrop.interpolation', interpolation, ['bilinear', 'bicubic']);
  }
  if (randAugment !== undefined) checkRandAugment(where, randAugment);
}
