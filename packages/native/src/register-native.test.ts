import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative } from '../test/on-native.js';
import { registerNative } from './index.js';

const works = (): number | undefined =>
  tf.tidy(() => tf.sum(tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]))).dataSync()[0]);

describeNative('registerNative', () => {
  it('says what it computes with', () => {
    const { isa, threads, oneDnn } = registerNative({ threads: 3 });
    expect(['avx512', 'avx2', 'generic']).toContain(isa);
    expect(threads).toBe(3);
    expect(oneDnn).toMatch(/^\d+\.\d+\.\d+$/);
    expect(registerNative().threads).toBe(3);
    expect(registerNative({ threads: 2 }).threads).toBe(2);
  });

  it('refuses thread counts that are none, and keeps the last', () => {
    for (const threads of [0, 1.5, Number.NaN]) {
      expect(() => registerNative({ threads })).toThrow(
        `registerNative: threads must be a whole number from 1 to 1024; received ${threads}`,
      );
    }
    expect(registerNative().threads).toBe(2);
  });

  it('gives the same values on any number of threads', () => {
    const results = [1, 2, 5].map((threads) => {
      registerNative({ threads });
      return tf.tidy(() => {
        const x = tf.reshape(tf.sin(tf.range(0, 64 * 64 * 16)), [16, 8, 8, 64]) as tf.Tensor4D;
        const filter = tf.reshape(tf.cos(tf.range(0, 9 * 64 * 32)), [3, 3, 64, 32]) as tf.Tensor4D;
        return tf.relu(tf.conv2d(x, filter, 1, 'same')).dataSync();
      });
    });
    registerNative({ threads: 2 });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('registers again after the backend was removed, or the engine reset', async () => {
    const x = tf.fill([10_000], 2);
    tf.removeBackend('native');
    expect(tf.findBackend('native')).toBeNull();
    registerNative();
    expect(await tf.setBackend('native')).toBe(true);
    expect(works()).toBe(12);
    x.dispose();
    tf.engine().reset();
    expect(await tf.setBackend('native')).toBe(true);
    expect(works()).toBe(12);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('starts where nobody chose a backend', async () => {
    tf.engine().reset();
    await tf.ready();
    expect(tf.getBackend()).toBe('native');
    expect(tf.backend().epsilon()).toBe(1e-7);
  });
});
