import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { stillRng } from '../test/still-rng.js';
import { resnet18 } from './resnet18.js';

const parametersOf = (model: ReturnType<typeof resnet18>) =>
  Object.values(model.variables).reduce((sum, { size }) => sum + size, 0);

describe('resnet18', () => {
  useBackend('wasm');

  it('has as many parameters as torchvision', () => {
    expect(parametersOf(resnet18({ stem: 'cifar', numClasses: 10, rng: stillRng() }))).toBe(11_173_962);
    expect(parametersOf(resnet18({ stem: 'imagenet', numClasses: 1000, rng: stillRng() }))).toBe(11_689_512);
  });

  it.each([
    ['cifar', [16, 8, 4, 2]],
    ['imagenet', [4, 2, 1, 1]],
  ] as const)('with the %s stem gives its four stages', (stem, sizes) => {
    const model = resnet18({ stem, width: 2, numClasses: 5, rng: createRng(0) });
    const { logits, embedding, stages } = model.forward(tf.ones([2, 16, 16, 3]), { training: true });
    expect(stages.map(({ shape }) => shape[1])).toEqual(sizes);
    expect(stages.map(({ shape }) => shape[3])).toEqual([2, 4, 8, 16]);
    expect(embedding.shape).toEqual([2, 16]);
    expect(logits.shape).toEqual([2, 5]);
  });

  it('lets gradients reach the images through the imagenet stem', () => {
    const model = resnet18({ stem: 'imagenet', width: 2, numClasses: 5, rng: createRng(0) });
    const gradient = tf.grad((images) =>
      tf.sum(tf.square(model.forward(images as tf.Tensor4D, { training: false }).logits)),
    )(tf.ones([1, 32, 24, 3]));
    expect(gradient.shape).toEqual([1, 32, 24, 3]);
    expect((tf.sum(tf.abs(gradient)).arraySync() as number) > 0).toBe(true);
  });

  it('refuses an unknown stem', () => {
    const stem = 'patch' as 'cifar';
    expect(() => resnet18({ stem, numClasses: 5, rng: createRng(0) })).toThrow(
      `resnet18: stem must be one of 'cifar', 'imagenet'; got "patch"`,
    );
  });
});
