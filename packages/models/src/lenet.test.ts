import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { lenet } from './lenet.js';

describe('lenet', () => {
  useBackend('wasm');

  it('has 61,706 parameters for ten classes of 28x28 grey images', () => {
    const { variables } = lenet({ numClasses: 10, rng: createRng(0) });
    expect(Object.values(variables).reduce((sum, { size }) => sum + size, 0)).toBe(61_706);
    expect(variables['fc1.weight']?.shape).toEqual([400, 120]);
  });

  it.each([
    [{ imageSize: 28 }, [14, 14], [5, 5]],
    [{ imageSize: 32, inChannels: 3 }, [16, 16], [6, 6]],
    [{ imageSize: [12, 17] as const, activation: 'tanh', pooling: 'average' } as const, [6, 8], [1, 2]],
  ])('gives its two stages with %j', (options, first, second) => {
    const model = lenet({ numClasses: 3, rng: createRng(0), ...options });
    const [height, width] = [options.imageSize].flat() as [number, number?];
    const images = tf.ones<tf.Rank.R4>([2, height, width ?? height, 'inChannels' in options ? 3 : 1]);
    const { logits, embedding, stages } = model.forward(images, { training: true });
    expect(logits.shape).toEqual([2, 3]);
    expect(embedding.shape).toEqual([2, 84]);
    expect(stages.map(({ shape }) => shape)).toEqual([
      [2, ...first, 6],
      [2, ...second, 16],
    ]);
  });

  it('lets gradients reach images and every parameter', () => {
    const model = lenet({ numClasses: 3, imageSize: 12, activation: 'tanh', rng: createRng(0) });
    const input = tf.variable(tf.ones([1, 12, 12, 1]));
    const loss = () =>
      tf.sum(tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: true }).logits));
    const { grads } = tf.variableGrads(loss as () => tf.Scalar, [input, ...Object.values(model.variables)]);
    for (const gradient of Object.values(grads)) {
      expect(tf.sum(tf.abs(gradient)).arraySync()).toBeGreaterThan(0);
    }
  });

  it.each([
    [{ imageSize: 11 }, 'lenet: imageSize must be integers of at least 12; got 11'],
    [{ activation: 'gelu' as 'relu' }, `lenet: activation must be one of 'relu', 'tanh'; got "gelu"`],
    [{ pooling: 'min' as 'max' }, `lenet: pooling must be one of 'max', 'average'; got "min"`],
    [{ numClasses: 0 }, 'lenet: numClasses must be an integer of at least 1; got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => lenet({ numClasses: 3, rng: createRng(0), ...options })).toThrow(message);
  });
});
