import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { vgg11 } from './vgg11.js';
import { vgg13 } from './vgg13.js';
import { vgg16 } from './vgg16.js';
import { vgg19 } from './vgg19.js';

const tiny = { width: 2, hidden: 6, numClasses: 3 };

describe('vgg11', () => {
  useBackend('wasm');

  it('has the shapes and names of torchvision', () => {
    const shapesOf = (batchNorm: boolean) =>
      Object.entries(vgg11({ ...tiny, batchNorm, rng: createRng(0) }).state().tensors).map(
        ([name, { shape }]) => `${name} ${shape}`,
      );
    expect(shapesOf(false).join('; ')).toBe(
      'features.0.weight 2,3,3,3; features.0.bias 2; features.3.weight 4,2,3,3; features.3.bias 4; ' +
        'features.6.weight 8,4,3,3; features.6.bias 8; features.8.weight 8,8,3,3; features.8.bias 8; ' +
        'features.11.weight 16,8,3,3; features.11.bias 16; features.13.weight 16,16,3,3; features.13.bias 16; ' +
        'features.16.weight 16,16,3,3; features.16.bias 16; features.18.weight 16,16,3,3; features.18.bias 16; ' +
        'classifier.0.weight 6,784; classifier.0.bias 6; classifier.3.weight 6,6; classifier.3.bias 6; ' +
        'classifier.6.weight 3,6; classifier.6.bias 3',
    );
    expect(shapesOf(true)).toEqual(
      expect.arrayContaining(['features.25.weight 16,16,3,3', 'features.26.running_mean 16']),
    );
  });

  it.each([
    ['imagenet', false, 6],
    ['imagenet', true, 6],
    ['cifar', true, 16],
  ] as const)('gives its five stages with the head %s, batchNorm %s', (head, batchNorm, size) => {
    const model = vgg11({ ...tiny, head, batchNorm, rng: createRng(0) });
    const { logits, embedding, stages } = model.forward(tf.ones([2, 40, 32, 3]), { training: true });
    expect(stages.map(({ shape }) => shape)).toEqual([
      [2, 20, 16, 2],
      [2, 10, 8, 4],
      [2, 5, 4, 8],
      [2, 2, 2, 16],
      [2, 1, 1, 16],
    ]);
    expect(embedding.shape).toEqual([2, size]);
    expect(logits.shape).toEqual([2, 3]);
  });

  it('drops hidden units in training alone, from a stream that its state keeps', () => {
    const model = vgg11({ ...tiny, hidden: 40, rng: createRng(0) });
    const zeros = (training: boolean) => {
      const { embedding } = model.forward(tf.ones([1, 32, 32, 3]), { training });
      return Array.from(embedding.dataSync(), (value) => value === 0).join();
    };
    expect(zeros(false)).toBe(zeros(false));
    const state = model.state();
    const drawn = zeros(true);
    expect(zeros(true)).not.toBe(drawn);
    model.restore(state);
    expect(zeros(true)).toBe(drawn);
  });

  it('lets gradients reach images and every parameter, and leaves no tensors behind', () => {
    const model = vgg11({ ...tiny, dropout: 0, batchNorm: true, rng: createRng(0) });
    const input = tf.variable(tf.reshape(tf.sin(tf.range(0, 2 * 32 * 32 * 3)), [2, 32, 32, 3]));
    const loss = () =>
      tf.sum(tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: false }).logits));
    const step = () => tf.variableGrads(loss as () => tf.Scalar, [input, ...Object.values(model.variables)]);
    const { value, grads } = step();
    for (const gradient of Object.values(grads)) {
      expect(tf.sum(tf.abs(gradient)).arraySync()).toBeGreaterThan(0);
    }
    tf.dispose([value, grads]);
    const before = tf.memory().numTensors;
    tf.dispose(step());
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ head: 'one' as 'cifar' }, `vgg11: head must be one of 'imagenet', 'cifar'; got "one"`],
    [{ dropout: 1 }, 'vgg11: dropout must be a number from 0 to below 1; got 1'],
    [{ hidden: 0 }, 'vgg11: hidden must be an integer of at least 1; got 0'],
    [{ batchNorm: { epsilon: 0 } }, 'vgg11: batchNorm.epsilon must be a finite number above 0; got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => vgg11({ ...tiny, rng: createRng(0), ...options })).toThrow(message);
  });

  it('says that images are too small', () => {
    const model = vgg11({ ...tiny, rng: createRng(0) });
    expect(() => model.forward(tf.ones([1, 31, 32, 3]), { training: false })).toThrow(
      'Classifier.forward: images must leave features.20 a map of at least 2x2; got "1x2". Use larger images',
    );
  });
});

describe('the deeper ones', () => {
  useBackend('cpu');

  it.each([
    [vgg13, 10, 'features.22.weight', 'features.31.weight'],
    [vgg16, 13, 'features.28.weight', 'features.40.weight'],
    [vgg19, 16, 'features.34.weight', 'features.49.weight'],
  ])('have their convolutions where torchvision has them', (factory, count, last, lastNormalised) => {
    const names = (batchNorm: boolean) => {
      const { variables } = factory({ ...tiny, batchNorm, head: 'cifar', rng: createRng(0) });
      return Object.keys(variables).filter((name) => variables[name]?.rank === 4);
    };
    expect(names(false)).toHaveLength(count);
    expect(names(false).at(-1)).toBe(last);
    expect(names(true).at(-1)).toBe(lastNormalised);
  });
});
