import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { isMixError } from '../errors.js';
import { selectBackend } from './select-backend.js';

const taken = await selectBackend('webgpu').catch((error: unknown) => {
  if (!isMixError(error) || !error.message.includes('there is no GPU adapter')) throw error;
  console.warn(`tests of WebGPU are skipped: ${error.message}`);
  return undefined;
});

describe.skipIf(taken === undefined)('the WebGPU backend in Node', () => {
  afterAll(() => tf.setBackend('cpu'));

  it('is the one that computes, and says what it computes on', () => {
    expect(taken).toMatchObject({
      name: 'webgpu',
      attempts: [{ taken: true, reason: expect.stringMatching(/\S/) }],
    });
    expect(tf.getBackend()).toBe('webgpu');
    expect(tf.backend()).toHaveProperty('device');
  });

  it('reads every type synchronously as it does asynchronously', async () => {
    const floats = () => tf.mul(tf.range(0, 5000, 1), 0.5);
    const made: Record<string, () => tf.Tensor> = {
      float32: floats,
      int32: () => tf.cast(floats(), 'int32'),
      bool: () => tf.greater(floats(), 7),
      complex64: () => tf.complex(floats(), tf.neg(floats())),
    };
    for (const [dtype, make] of Object.entries(made)) {
      const [one, other] = [make(), make()];
      expect(one.dtype).toBe(dtype);
      expect(one.dataSync()).toEqual(await other.data());
    }
    expect(floats().dataSync()[4999]).toBe(2499.5);
  });

  it('keeps synchronous and asynchronous reads apart that are under way together', async () => {
    const x = tf.mul(tf.ones([100]), 3);
    const pending = x.data();
    expect(tf.add(x, 1).dataSync()[0]).toBe(4);
    expect((await pending)[99]).toBe(3);
  });

  it('transposes whole numbers and what was cast from them, which tfjs does not', () => {
    const classes = tf.tensor3d([...Array(24).keys()], [2, 3, 4], 'int32');
    const wanted = tf.transpose(tf.tensor3d([...Array(24).keys()], [2, 3, 4]), [2, 0, 1]).dataSync();
    const doubled = tf.mul(classes, tf.scalar(1, 'int32'));
    expect(tf.transpose(doubled, [2, 0, 1]).dataSync()).toEqual(Int32Array.from(wanted));
    expect(tf.transpose(tf.cast(doubled, 'float32'), [2, 0, 1]).dataSync()).toEqual(wanted);
    const high = tf.transpose(tf.greater(doubled, 3), [2, 0, 1]);
    expect([high.dtype, ...high.dataSync()]).toEqual(['bool', ...wanted.map((value) => Number(value > 3))]);
    const before = tf.engine().backend.numDataIds();
    tf.transpose(doubled, [2, 0, 1]).dispose();
    expect(tf.engine().backend.numDataIds()).toBe(before);
  });

  it('reduces whole numbers over any axes, and nothing to 0', () => {
    const numbers = tf.mul(tf.tensor3d([...Array(24).keys()], [2, 3, 4], 'int32'), tf.scalar(1, 'int32'));
    expect([...tf.sum(numbers, 1).dataSync()]).toEqual([12, 15, 18, 21, 48, 51, 54, 57]);
    const shares = tf.mean(tf.cast(tf.greater(numbers, 5), 'float32'), [0, 1]);
    [4, 4, 5, 5].forEach((count, index) => expect(shares.dataSync()[index]).toBeCloseTo(count / 6, 6));
    expect(tf.sum(tf.zeros([0, 2])).dataSync()).toEqual(Float32Array.of(0));
    expect(tf.sum(tf.zeros([0, 2], 'int32'), 0, true)).toMatchObject({ shape: [1, 2], dtype: 'int32' });
    expect(tf.sum(tf.zeros([3, 0]), -1).dataSync()).toEqual(Float32Array.of(0, 0, 0));
  });

  it('adds any number of terms, of which tfjs takes seven', () => {
    for (const count of [1, 2, 7, 8, 13, 14, 40]) {
      const terms = Array.from({ length: count }, (_, index) => tf.mul(tf.ones([3]), 2 ** -index));
      const before = tf.engine().backend.numDataIds();
      const sum = tf.addN(terms);
      expect(sum.dataSync()[2]).toBeCloseTo(2 - 2 ** (1 - count), 6);
      sum.dispose();
      expect(tf.engine().backend.numDataIds()).toBe(before);
    }
  });

  it('has the gradients that tfjs-core has wrong', () => {
    const [da, db] = tf.grads((a, b) => tf.sum(tf.maximum(a, b)))([tf.ones([2, 3]), tf.tensor1d([0, 2, 0])]);
    expect([...(da as tf.Tensor).dataSync()]).toEqual([1, 0, 1, 1, 0, 1]);
    expect([...(db as tf.Tensor).dataSync()]).toEqual([0, 2, 0]);
  });
});
