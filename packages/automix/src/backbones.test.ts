import '@tensorflow/tfjs-layers';
import { createRng, variableGradients } from '@mix/core';
import { cifarResnet, deitTiny, type Model } from '@mix/models';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { automix } from './automix.js';
import { samix } from './samix.js';

useBackend('wasm');

describe('backbones of @mix/models', () => {
  it.each<[string, typeof automix, () => Model, number]>([
    ['a residual network', samix, () => cifarResnet({ depth: 8, numClasses: 3, rng: createRng(0) }), 2],
    [
      'a transformer',
      automix,
      () => deitTiny({ imageSize: [16, 16], patchSize: 8, numClasses: 3, rng: createRng(0), dropPath: 0.1 }),
      3,
    ],
  ])('%s trains its block at the last stage but one, and keeps all its state', (_, of, model, stage) => {
    const [classifier, teacher] = [model(), model()];
    const options = { imageShape: [16, 16, 3], rng: createRng(1), momentum: 'auto' } as const;
    const method = of({ classifier, teacher, ...options });
    expect(method.stage).toBe(stage);
    const batch = tinyBatch({ size: 2, height: 16, width: 16 });
    const context = { rng: createRng(2), step: 0, progress: 0, totalSteps: 100 };
    const { grads } = variableGradients(
      () => tf.addN(Object.values(method.step(classifier, batch, context).losses)) as tf.Scalar,
      Object.values(method.block.variables),
    );
    const largest = Object.values(grads).map((gradient) => tf.max(tf.abs(gradient)).dataSync()[0] as number);
    expect(Math.max(...largest)).toBeGreaterThan(1e-7);
    method.afterStep?.(classifier, context);
    const state = method.state();
    method.restore(state);
    expect(method.state().values).toEqual(state.values);
  });
});
