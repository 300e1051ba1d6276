import type { AugmentOptions, RandAugmentOptions } from '@mix/data';
import type { PrepareImagesOptions } from '@mix/train';
import type { AugmentValues } from '../config/augment-keys.js';

type Scale = Pick<PrepareImagesOptions, 'mean' | 'std'>;

/**
 * What the loader of training images does to them while they are bytes: everything, where they are cropped out of the whole image or have
 * RandAugment, for the order matters; nothing otherwise.
 */
export function hostAugmentation(values: AugmentValues & Scale): AugmentOptions | undefined {
  const { flip, cropPadding, padding, cropScale: scale, cropInterpolation: interpolation } = values;
  const randAugment = randAugmentOf(values);
  if (scale === undefined && randAugment === undefined) return undefined;
  return {
    flip,
    ...(scale === undefined ? { cropPadding, padding } : { resizedCrop: { scale, interpolation } }),
    ...(randAugment && { randAugment }),
  };
}

/** What is left to do on the device. */
export function deviceAugmentation(values: AugmentValues & Scale): PrepareImagesOptions {
  const { mean, std, flip, cropPadding, padding } = values;
  return hostAugmentation(values) ? { mean, std } : { mean, std, flip, cropPadding, padding };
}

function randAugmentOf({
  randAugment: policy,
  mean,
  ...values
}: AugmentValues & Scale): RandAugmentOptions | undefined {
  if (policy === 'none') return undefined;
  return {
    policy,
    count: values.randAugmentCount,
    magnitude: values.randAugmentMagnitude,
    magnitudeDeviation: values.randAugmentDeviation,
    prob: values.randAugmentProb,
    interpolation: values.randAugmentInterpolation,
    // The mean of the images, as timm fills.
    fill: [byteOf(mean[0]), byteOf(mean[1]), byteOf(mean[2])],
  };
}

function byteOf(mean = 0): number {
  return Math.min(255, Math.max(0, Math.round(255 * mean)));
}
