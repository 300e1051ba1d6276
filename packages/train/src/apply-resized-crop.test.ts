import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { applyResizedCrop } from './apply-resized-crop.js';
import { planResizedCrop, type ResizedCropPlan } from './plan-resized-crop.js';

useBackend('cpu');

const image = () =>
  tf.tensor4d([0, 10, 40, 90, 20, 200, 60, 30, 250, 5, 120, 77, 33, 180, 9, 140], [1, 4, 4, 1]);
const plan = (changes: Partial<ResizedCropPlan> = {}): ResizedCropPlan => ({
  ...{ method: 'resizedCrop', shape: [1, 4, 4], interpolation: 'bilinear' },
  ...{ top: [1], left: [0], height: [2], width: [3], flip: [false] },
  ...changes,
});
const valuesOf = (images: tf.Tensor4D): number[] => [...images.dataSync()];

// PyTorch, whose weights with antialias are PIL's: F.interpolate(x[:, :, 1:3, 0:3], size=(4, 4), mode=mode, antialias=True).clamp(0, 255)
const expected = {
  bilinear: [
    20, 132.5, 147.5, 60, 77.5, 123.5938, 122.6562, 75, 192.5, 105.7812, 72.9688, 105, 250, 96.875, 48.125,
    120,
  ],
  bicubic: [
    0, 147.4257, 171.813, 46.2171, 62.8387, 131.3982, 133.5202, 67.8745, 210.5568, 99.6168, 57.5883, 110.8196,
    255, 83.5892, 19.2955, 132.4769,
  ],
};

it.each(['bilinear', 'bicubic'] as const)('enlarges windows as PIL does: %s', (interpolation) => {
  const made = valuesOf(applyResizedCrop(image(), plan({ interpolation })));
  for (const [index, value] of made.entries()) expect(value).toBeCloseTo(expected[interpolation][index]!, 3);
});

it('mirrors windows, and leaves whole images as they are', () => {
  const whole = plan({ top: [0], height: [4], width: [4] });
  expect(valuesOf(applyResizedCrop(image(), whole))).toEqual(valuesOf(image()));
  const mirrored = applyResizedCrop(image(), { ...whole, flip: [true] });
  expect(valuesOf(mirrored)).toEqual(valuesOf(tf.reverse(image(), 2) as tf.Tensor4D));
});

it('draws windows in bounds, by seed, and the middle where none fits', () => {
  const { top, left, height, width, flip } = planResizedCrop([200, 12, 18], createRng(0), { flip: true });
  for (let row = 0; row < 200; row++) {
    const [h, w] = [height[row]!, width[row]!];
    expect(top[row]! >= 0 && top[row]! + h <= 12 && left[row]! >= 0 && left[row]! + w <= 18).toBe(true);
  }
  const areas = height.map((h, row) => (h * width[row]!) / 216);
  expect(Math.min(...areas)).toBeLessThan(0.15);
  expect(Math.max(...areas)).toBeGreaterThan(0.6);
  expect(new Set(flip).size).toBe(2);
  const wide = planResizedCrop([1, 10, 40], createRng(0), { scale: [1, 1] });
  expect(wide).toMatchObject({ top: [0], height: [10], width: [13], left: [13] });
  expect(() => planResizedCrop([1, 4, 4], createRng(0), { scale: [0, 1] })).toThrow(
    /scale must be two numbers/,
  );
});
