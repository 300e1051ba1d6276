import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { xception } from './xception.js';

const tiny = { stem: 'imagenet', width: 1, numClasses: 3 } as const;
const images = (height: number, width: number) =>
  tf.reshape(tf.sin(tf.range(0, 2 * height * width * 3)), [2, height, width, 3]) as tf.Tensor4D;

describe('xception', () => {
  useBackend('wasm');

  it.each([
    ['imagenet', 67, [16, 8, 4, 2]],
    ['cifar', 16, [8, 4, 2, 1]],
  ] as const)('with the %s stem gives its four stages', (stem, side, sizes) => {
    const model = xception({ ...tiny, stem, rng: createRng(0) });
    const { logits, embedding, stages } = model.forward(images(side, side), { training: true });
    expect(stages.map(({ shape }) => shape)).toEqual(
      sizes.map((size, index) => [2, size, size, [4, 8, 23, 64][index]]),
    );
    expect(embedding.shape).toEqual([2, 64]);
    expect(logits.shape).toEqual([2, 3]);
  });

  it("has timm's parameters", () => {
    const { tensors } = xception({ ...tiny, rng: createRng(0) }).state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'conv1.weight': [1, 3, 3, 3],
      'bn2.running_var': [2],
      'block1.rep.0.conv1.weight': [2, 1, 3, 3],
      'block1.rep.0.pointwise.weight': [4, 2, 1, 1],
      'block1.rep.4.weight': [4],
      'block1.skip.weight': [4, 2, 1, 1],
      'block1.skipbn.bias': [4],
      'block2.rep.1.pointwise.weight': [8, 4, 1, 1],
      'block11.rep.7.conv1.weight': [23, 1, 3, 3],
      'block11.rep.8.weight': [23],
      'block12.rep.1.pointwise.weight': [23, 23, 1, 1],
      'block12.rep.4.pointwise.weight': [32, 23, 1, 1],
      'conv4.conv1.weight': [48, 1, 3, 3],
      'bn4.weight': [64],
      'fc.weight': [3, 64],
    });
    // The module that timm has in PyTorch has as many entries.
    expect(Object.keys(tensors)).toHaveLength(276);
  });

  it('lets gradients reach images and every parameter, and leaves no tensors behind', () => {
    const model = xception({ ...tiny, stem: 'cifar', rng: createRng(0) });
    const input = tf.variable(images(16, 16));
    const loss = () =>
      tf.sum(tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: false }).logits));
    const step = () => tf.variableGrads(loss as () => tf.Scalar, [input, ...Object.values(model.variables)]);
    const { value, grads } = step();
    // With one or two channels a ReLU can close all of a layer: the input and the widest are enough.
    for (const name of ['conv1.weight', 'block3.skip.weight', 'block11.rep.7.conv1.weight', 'bn4.bias']) {
      const gradient = grads[model.variables[name]?.name ?? ''] as tf.Tensor;
      expect(tf.sum(tf.abs(gradient)).arraySync()).toBeGreaterThan(0);
    }
    expect(tf.sum(tf.abs(grads[input.name] as tf.Tensor)).arraySync()).toBeGreaterThan(0);
    tf.dispose([value, grads]);
    const before = tf.memory().numTensors;
    tf.dispose(step());
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ stem: 'patch' as 'cifar' }, `xception: stem must be one of 'cifar', 'imagenet'; got "patch"`],
    [{ width: 0 }, 'xception: width must be an integer of at least 1; got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => xception({ ...tiny, rng: createRng(0), ...options })).toThrow(message);
  });

  it('says that images are too small', () => {
    const model = xception({ ...tiny, rng: createRng(0) });
    expect(() => model.forward(images(6, 9), { training: false })).toThrow(
      'Classifier.forward: images must leave conv2 a map of at least 3x3; got "2x4"',
    );
  });
});
