import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { models } from './models.js';

useBackend('wasm');

describe('models', () => {
  it.each([
    [undefined, true, false],
    ['statistics', true, true],
    ['all', false, true],
  ] as const)('with frozenNorm %s', (frozenNorm, learns, keeps) => {
    const model = models['cifar-resnet']?.create(
      { depth: 8, width: 2, ...(frozenNorm && { frozenNorm }) },
      { numClasses: 2, rng: createRng(0), imageSize: [8, 8] },
    );
    if (model === undefined) throw new Error('there is no cifar-resnet');
    const mean = () =>
      tf.tidy(() => [...(model.state().tensors['bn1.running_mean'] as tf.Tensor).dataSync()]);
    const before = mean();
    tf.tidy(() => model.forward(tf.ones([2, 8, 8, 3]), { training: true }));
    expect(Object.hasOwn(model.variables, 'bn1.weight')).toBe(learns);
    expect(JSON.stringify(mean()) === JSON.stringify(before)).toBe(keeps);
    model.dispose();
  });
});
