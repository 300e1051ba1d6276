// Alone in its process (vitest.config.ts): nothing may have corrected tfjs' gradients here, as nothing does for users of a plain backend.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blurPool } from '../internal/blur-pool.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('blurPool', () => {
  it('reflects what is beyond the border', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    // Along a row of 1 2 3 the means of 2 1 2 and of 2 3 2, weighted 1 2 1, are 1.5 and 2.5; the same down the rows.
    expect(Array.from(blurPool('pool', x).dataSync())).toEqual([3, 4, 6, 7]);
  });

  it.each([
    [2, 3],
    [4, 5],
  ])('has the gradient of finite differences at %ix%i', (height, width) => {
    const shape: [number, number, number, number] = [1, height, width, 2];
    const size = 2 * height * width;
    const loss = (x: tf.Tensor) => {
      const y = blurPool('pool', x as tf.Tensor4D);
      return tf.sum(tf.mul(y, tf.reshape(tf.range(1, y.size + 1), y.shape))) as tf.Scalar;
    };
    const x = Array.from({ length: size }, (_, index) => Math.sin(index));
    const at = (values: number[]) => loss(tf.tensor4d(values, shape)).dataSync()[0] as number;
    const gradient = tf.grad(loss)(tf.tensor4d(x, shape)).dataSync();
    for (let index = 0; index < size; index++) {
      const moved = (step: number) => at(x.map((value, other) => value + (other === index ? step : 0)));
      // The loss is linear: a long step costs nothing.
      expect(gradient[index]).toBeCloseTo((moved(1) - moved(-1)) / 2, 3);
    }
  });
});
