import { createRng } from '@mix/core';
import { testedBackends, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { resnext50 } from '../resnext50.js';
import { resnext101 } from '../resnext101.js';

const narrow = { stem: 'cifar', width: 16, cardinality: 2, baseWidth: 16, numClasses: 5 } as const;

describe('resnext', () => {
  useBackend('wasm');

  // As many entries as torchvision's state_dict() has, of its shapes for these numbers.
  it.each([
    ['resnext50', resnext50, 320, 'layer3.5'],
    ['resnext101', resnext101, 626, 'layer3.22'],
  ] as const)("gives %s torchvision's parameters", (_, make, count, last) => {
    const model = make({ ...narrow, rng: createRng(0) });
    const { tensors } = model.state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(Object.keys(shapes)).toHaveLength(count);
    expect(shapes).toMatchObject({
      'layer1.0.conv1.weight': [8, 16, 1, 1],
      'layer1.0.conv2.weight': [8, 4, 3, 3],
      'layer1.0.conv3.weight': [64, 8, 1, 1],
      'layer4.0.conv2.weight': [64, 32, 3, 3],
      [`${last}.conv2.weight`]: [32, 16, 3, 3],
      'fc.weight': [5, 512],
    });
    tf.dispose(tensors);
    model.dispose();
  });

  it('keeps its state by a round trip, and its tensors', () => {
    const [one, other] = [0, 1].map((seed) => resnext50({ ...narrow, rng: createRng(seed) })) as [
      ReturnType<typeof resnext50>,
      ReturnType<typeof resnext50>,
    ];
    const images = tf.ones([1, 8, 8, 3]) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const wanted = one.forward(images, { training: false }).logits.arraySync();
      expect(other.forward(images, { training: false }).logits.arraySync()).not.toEqual(wanted);
      other.restore(one.state());
      expect(other.forward(images, { training: false }).logits.arraySync()).toEqual(wanted);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ cardinality: 0 }, 'cardinality must be an integer of at least 1; got 0'],
    [{ baseWidth: 0 }, 'baseWidth must be an integer of at least 1; got 0'],
    [{ width: 0 }, 'width must be an integer of at least 1; got 0'],
    [{ baseWidth: 3 }, 'baseWidth must be at least 64 / width = 4, for a group to have a channel; got 3'],
  ])('refuses %j', (options, message) => {
    expect(() => resnext50({ ...narrow, ...options, rng: createRng(0) })).toThrow(`resnext50: ${message}`);
  });
});

describe.each(testedBackends('cpu', 'wasm'))('resnext on %s', (backend) => {
  useBackend(backend);

  it('lets gradients reach images and all parameters', () => {
    const model = resnext50({ ...narrow, rng: createRng(0) });
    const input = tf.variable(tf.ones([2, 4, 4, 3]));
    const loss = () =>
      tf.sum(
        tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: false }).logits),
      ) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [input, ...Object.values(model.variables)]);
    const still = Object.values(grads).filter((gradient) => tf.sum(tf.abs(gradient)).arraySync() === 0);
    expect(still).toHaveLength(0);
  });
});
