import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { clipGradients, globalNorm } from './clip-gradients.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

const gradients = () => ({ a: tf.tensor1d([3, -4]), b: tf.tensor2d([[12]]) });

describe('clipGradients', () => {
  it('scales all gradients to one norm', () => {
    const given = gradients();
    const before = tf.memory().numTensors;
    const clipped = clipGradients(given, { norm: 2 });
    expect(tf.memory().numTensors - before).toBe(2);
    // torch.nn.utils.clip_grad_norm_([a, b], 2.0): norm 13, grads [0.4615, -0.6154], [[1.8462]]
    expect(globalNorm(given).dataSync()[0]).toBe(13);
    expect(clipped['a']!.dataSync()[0]).toBeCloseTo(6 / 13, 6);
    expect(clipped['a']!.dataSync()[1]).toBeCloseTo(-8 / 13, 6);
    expect(clipped['b']!.dataSync()[0]).toBeCloseTo(1.8462, 4);
    expect(globalNorm(clipped).dataSync()[0]).toBeCloseTo(2, 6);
  });

  it('leaves gradients below the bound bit for bit, and zeros zero', () => {
    expect(Array.from(clipGradients(gradients(), { norm: 13 })['a']!.dataSync())).toEqual([3, -4]);
    expect(Array.from(clipGradients({ a: tf.zeros([2]) }, { norm: 1 })['a']!.dataSync())).toEqual([0, 0]);
    expect(clipGradients({}, { norm: 1 })).toEqual({});
  });

  it('clips by value', () => {
    const clipped = clipGradients(gradients(), { value: 3.5 });
    expect(Array.from(clipped['a']!.dataSync())).toEqual([3, -3.5]);
    expect(clipped['b']!.dataSync()[0]).toBe(3.5);
  });

  it('refuses bounds that are not above 0', () => {
    expect(() => clipGradients(gradients(), { norm: 0 })).toThrow(
      'clipGradients: clip.norm must be a finite number above 0; got 0',
    );
    expect(() => clipGradients(gradients(), { value: Number.NaN })).toThrow('clip.value');
  });
});
