import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { diskShape, toDisk, toMemory } from './layout.js';

describe('layout', () => {
  useBackend('cpu');

  it('writes HWIO kernels as OIHW', () => {
    const kernel = tf.reshape(tf.range(0, 2 * 3 * 4 * 5), [2, 3, 4, 5]);
    const disk = toDisk('convolution', kernel) as tf.Tensor4D;
    expect(disk.shape).toEqual([5, 4, 2, 3]);
    expect(diskShape('convolution', kernel.shape)).toEqual([5, 4, 2, 3]);
    // Output 4, input 3, row 1, column 2.
    expect(disk.arraySync()[4]?.[3]?.[1]?.[2]).toBe(1 * 60 + 2 * 20 + 3 * 5 + 4);
    expect(toMemory('convolution', disk).arraySync()).toEqual(kernel.arraySync());
  });

  it('writes the kernels of depthwise convolutions as [C,1,H,W]', () => {
    const kernel = tf.reshape(tf.range(0, 2 * 3 * 4), [2, 3, 4, 1]);
    const disk = toDisk('depthwise', kernel) as tf.Tensor4D;
    expect(disk.shape).toEqual([4, 1, 2, 3]);
    expect(diskShape('depthwise', kernel.shape)).toEqual([4, 1, 2, 3]);
    // Channel 3, row 1, column 2.
    expect(disk.arraySync()[3]?.[0]?.[1]?.[2]).toBe(1 * 12 + 2 * 4 + 3);
    expect(toMemory('depthwise', disk).arraySync()).toEqual(kernel.arraySync());
  });

  it('writes [in,out] weights as [out,in], and leaves the rest alone', () => {
    const weight = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(toDisk('linear', weight).arraySync()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(diskShape('linear', [2, 3])).toEqual([3, 2]);
    expect(toMemory('linear', toDisk('linear', weight)).arraySync()).toEqual(weight.arraySync());
    expect(toDisk('plain', tf.tensor1d([1, 2])).arraySync()).toEqual([1, 2]);
  });
});
