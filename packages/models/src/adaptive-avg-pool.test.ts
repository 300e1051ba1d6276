import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adaptiveAvgPool } from './adaptive-avg-pool.js';

const pooled = (height: number, width: number, size: [number, number]) => {
  const x = tf.reshape(tf.range(0, height * width), [1, height, width, 1]) as tf.Tensor4D;
  return tf.squeeze<tf.Tensor2D>(adaptiveAvgPool(x, size), [0, 3]).arraySync();
};

describe('adaptiveAvgPool', () => {
  useBackend('wasm');

  // torch.nn.functional.adaptive_avg_pool2d(torch.arange(h * w.).reshape(1, h, w), size)
  it.each<[string, number, number, [number, number], number[][]]>([
    [
      'overlapping bins',
      4,
      5,
      [3, 2],
      [
        [3.5, 5.5],
        [8.5, 10.5],
        [13.5, 15.5],
      ],
    ],
    [
      'equal bins',
      4,
      6,
      [2, 2],
      [
        [4, 7],
        [16, 19],
      ],
    ],
    [
      'a map that grows',
      2,
      1,
      [3, 2],
      [
        [0, 0],
        [0.5, 0.5],
        [1, 1],
      ],
    ],
    ['one bin', 3, 3, [1, 1], [[4]]],
    [
      'the same size',
      2,
      2,
      [2, 2],
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ])('averages as PyTorch does: %s', (_, height, width, size, wanted) => {
    expect(pooled(height, width, size)).toEqual(wanted);
  });

  it('keeps samples and channels apart, and gives each pixel its share of the gradient', () => {
    const x = tf.reshape(tf.range(0, 2 * 3 * 2 * 2), [2, 3, 2, 2]) as tf.Tensor4D;
    expect(adaptiveAvgPool(x, [2, 1]).arraySync()).toEqual([
      [[[3, 4]], [[7, 8]]],
      [[[15, 16]], [[19, 20]]],
    ]);
    const gradient = tf.grad((map) => adaptiveAvgPool(map as tf.Tensor4D, [2, 1]))(x);
    const channel = tf.slice(gradient, [1, 0, 0, 1], [1, -1, -1, 1]);
    expect(tf.squeeze(channel, [0, 3]).arraySync()).toEqual([
      [0.25, 0.25],
      [0.5, 0.5],
      [0.25, 0.25],
    ]);
  });

  it('makes one tensor, also where it has nothing to do', () => {
    const x = tf.ones([1, 3, 3, 2]) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const made = (
      [
        [3, 3],
        [1, 1],
        [2, 2],
      ] as const
    ).map((size) => adaptiveAvgPool(x, size));
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose(made);
    expect(x.isDisposed).toBe(false);
  });

  it('refuses a size of nothing', () => {
    expect(() => adaptiveAvgPool(tf.ones([1, 3, 3, 2]), [0, 1])).toThrow(
      'adaptiveAvgPool: size[0] must be an integer of at least 1; got 0',
    );
  });

  it.each([
    ['be [B,H,W,C] of at least a pixel; got [4,4,2]', () => tf.ones([4, 4, 2])],
    ['be [B,H,W,C] of at least a pixel; got [1,0,4,2]', () => tf.ones([1, 0, 4, 2])],
    ['be float32; got "int32"', () => tf.ones([1, 4, 4, 2], 'int32')],
  ])('says that maps must %s', (rule, make) => {
    expect(() => adaptiveAvgPool(make() as tf.Tensor4D, [2, 2])).toThrow(`adaptiveAvgPool: x must ${rule}`);
  });
});
