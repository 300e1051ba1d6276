import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu, input } from '../../test/on-native.js';

describeNative('topk', () => {
  const largest = (k: number) => (x: Tensor) => {
    const { values, indices } = tf.topk(x, k);
    return [values, indices];
  };

  it.each([1, 3, 10])('finds the largest %i', async (k) => {
    await expectAsOnCpu(largest(k), [input(10)], { tolerance: 0 });
    await expectAsOnCpu(largest(k), [counted('int32', 2, 3, 10)], { tolerance: 0 });
    await expectAsOnCpu(largest(k), [input(128, 1000)], { tolerance: 0 });
  });

  it('takes the first among equals', async () => {
    const values = [2, 1, 2, 3, 3, 1, 2];
    await expectAsOnCpu(largest(5), [{ values, shape: [7] }], { tolerance: 0 });
  });

  it('shows NaN', () => {
    tf.tidy(() => {
      const { values, indices } = tf.topk(tf.tensor([1, Number.NaN, 3]), 2);
      expect([...values.dataSync()]).toEqual([Number.NaN, 3]);
      expect([...indices.dataSync()]).toEqual([1, 2]);
    });
  });
});
