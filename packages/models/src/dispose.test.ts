import { createRng, isMixError } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from './cifar-resnet.js';
import { visionTransformer } from './internal/vision-transformer.js';
import { loadState } from './load-state.js';
import type { Model } from './model.js';
import { saveState } from './save-state.js';

const residual = () => cifarResnet({ depth: 8, width: 2, numClasses: 3, rng: createRng(3) });
const transformer = () =>
  visionTransformer('tiny', {
    ...{ width: 4, depth: 4, heads: 1, imageSize: 8, patchSize: 4, numClasses: 3 },
    rng: createRng(3),
  });
const images = () => tf.ones([2, 8, 8, 3]) as tf.Tensor4D;
const labels = () => tf.tensor1d([0, 1], 'int32');

describe('a model that is disposed', () => {
  useBackend('cpu');

  it.each<[where: string, make: () => Model, use: (gone: Model, spare: Model) => unknown]>([
    ['Classifier.forward', residual, (gone) => gone.forward(images(), { training: true })],
    ['Classifier.state', residual, (gone) => gone.state()],
    ['Classifier.restore', residual, (gone, spare) => gone.restore(spare.state())],
    ['Guide.features', residual, ({ guide }) => guide.features(images(), 1)],
    ['Guide.forwardFrom', residual, ({ guide }) => guide.forwardFrom?.(tf.ones([1, 2, 2, 8]), 'last')],
    ['Guide.classifierWeights', residual, ({ guide }) => guide.classifierWeights()],
    ...(['eval', 'train'] as const).map((mode): [string, () => Model, (gone: Model) => unknown] => [
      'Guide.inputGradient',
      residual,
      ({ guide }) => guide.inputGradient(images(), labels(), { mode }),
    ]),
    ['Guide.features', transformer, ({ guide }) => guide.features(images(), 1)],
    ['Guide.attention', transformer, ({ guide }) => guide.attention?.(images(), { layer: 1, rows: 'cls' })],
    ['Guide.forwardWithAttention', transformer, ({ guide }) => guide.forwardWithAttention?.(images(), 1)],
    ['Weight.read', residual, ({ weights }) => weights.get('conv1.weight')?.read()],
    ['Weight.write', residual, (gone, spare) => loadState(gone, spare.state().tensors)],
  ])('is named by %s, and stays so', (where, make, use) => {
    const [gone, spare] = [make(), make()];
    gone.dispose();
    // What `use` makes for the call is freed with the scope, also when it throws; what a dead variable took would not be.
    const before = tf.memory().numTensors;
    let caught: unknown;
    try {
      tf.tidy(() => {
        use(gone, spare);
      });
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe('INVALID_ARGUMENT');
    expect(String(caught)).toMatch(new RegExp(`${where}: .* must not be disposed`));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is not saved', async () => {
    const gone = residual();
    gone.dispose();
    await expect(saveState(gone)).rejects.toThrow('Weight.read: conv1.weight must not be disposed');
  });
});
