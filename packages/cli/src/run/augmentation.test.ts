import { expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { deviceAugmentation, hostAugmentation } from './augmentation.js';

const train = (section: Readonly<Record<string, unknown>>) =>
  resolveConfig({ file: { name: 'test', content: { train: section } }, flags: new Map() }).train;

it('leaves flips and padded crops to the device', () => {
  const values = train({ cropPadding: 2, padding: 'reflect' });
  expect(hostAugmentation(values)).toBeUndefined();
  expect(deviceAugmentation(values)).toMatchObject({ flip: true, cropPadding: 2, padding: 'reflect' });
});

it('does everything on the host where images are cropped out of whole ones', () => {
  const values = train({ cropScale: [0.8, 1], cropInterpolation: 'bicubic', flip: false });
  expect(hostAugmentation(values)).toEqual({
    flip: false,
    resizedCrop: { scale: [0.8, 1], interpolation: 'bicubic' },
  });
  expect(Object.keys(deviceAugmentation(values))).toEqual(['mean', 'std']);
});

it('crops before RandAugment, which fills with the mean', () => {
  const values = train({
    ...{ padding: 'reflect', randAugment: 'fixmatch', randAugmentMagnitude: 7, randAugmentCount: 3 },
    ...{ randAugmentDeviation: 0, randAugmentProb: 1, randAugmentInterpolation: ['nearest'] },
  });
  expect(hostAugmentation(values)).toEqual({
    flip: true,
    cropPadding: 4,
    padding: 'reflect',
    randAugment: {
      ...{ policy: 'fixmatch', count: 3, magnitude: 7, magnitudeDeviation: 0, prob: 1 },
      ...{ interpolation: ['nearest'], fill: [125, 123, 114] },
    },
  });
  expect(Object.keys(deviceAugmentation(values))).toEqual(['mean', 'std']);
});
