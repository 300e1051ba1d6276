import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { canResize, type PositionMode, resizePositions } from './resize-positions.js';

// Literals of PyTorch 1.13: x = torch.arange(9.).reshape(1, 1, 3, 3) ** 2 / 10;
//   F.interpolate(x, size, mode=mode, antialias=True)
const cases: [PositionMode, [number, number], number[]][] = [
  ['bicubic', [2, 4], [0.191647, 0.351666, 0.693863, 1.003712, 2.633132, 3.297417, 4.374115, 5.188231]],
  [
    'bicubic',
    [5, 3],
    [
      -0.067924, -0.013207, 0.241509, 0.194776, 0.478358, 0.96194, 0.9, 1.6, 2.5, 2.693284, 3.809702, 5.12612,
      3.803773, 5.149056, 6.694339,
    ],
  ],
  ['bilinear', [2, 4], [0.3375, 0.540625, 0.859375, 1.1875, 2.5875, 3.259375, 4.140625, 4.9375]],
  ['bilinear', [5, 3], [0, 0.1, 0.4, 0.36, 0.7, 1.24, 0.9, 1.6, 2.5, 2.52, 3.58, 4.84, 3.6, 4.9, 6.4]],
];

describe('resizePositions', () => {
  useBackend('cpu');

  it.each(cases)('follows PyTorch: %s to [%s]', (mode, size, wanted) => {
    const value = tf.tidy(() => {
      const grid = tf.div(tf.square(tf.range(0, 9)), 10);
      const rows = tf.concat([tf.tensor1d([7]), grid]);
      return tf.expandDims(tf.stack([rows, tf.neg(rows)], 1), 0);
    });
    const resized = resizePositions(value, { others: 1, size }, mode);
    expect(resized.shape).toEqual([1, 1 + wanted.length, 2]);
    const [first, second] = tf
      .unstack(tf.squeeze(resized), 1)
      .map((channel) => Array.from(channel.dataSync()));
    [7, ...wanted].forEach((number, index) => {
      expect(first?.[index]).toBeCloseTo(number, 5);
      expect(second?.[index]).toBeCloseTo(-number, 5);
    });
  });

  it('keeps a grid of its own size, and one of a table of rank 2', () => {
    const table = tf.tidy(() => tf.reshape(tf.range(0, 18), [9, 2]) as tf.Tensor);
    const same = resizePositions(table, { others: 0, size: [3, 3] }, 'bicubic');
    expect(same.shape).toEqual([9, 2]);
    same.dataSync().forEach((value, index) => {
      expect(value).toBeCloseTo(index, 5);
    });
  });

  it('knows what it can fit', () => {
    const grid = { others: 1, size: [2, 3] } as const;
    expect(canResize([1, 17, 4], [1, 7, 4], grid)).toBe(true);
    expect(canResize([1, 18, 4], [1, 7, 4], grid)).toBe(false);
    expect(canResize([1, 17, 8], [1, 7, 4], grid)).toBe(false);
    expect(canResize([17, 4], [1, 7, 4], grid)).toBe(false);
    expect(canResize([], [1, 7, 4], grid)).toBe(false);
  });
});
