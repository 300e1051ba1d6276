import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { resnet50 } from './resnet50.js';

describe('resnet50', () => {
  useBackend('wasm');

  it.each([
    ['cifar', [16, 8, 4, 2]],
    ['imagenet', [4, 2, 1, 1]],
  ] as const)('with the %s stem gives its four stages', (stem, sizes) => {
    const model = resnet50({ stem, width: 2, numClasses: 5, rng: createRng(0) });
    const { logits, embedding, stages } = model.forward(tf.ones([2, 16, 16, 3]), { training: true });
    expect(stages.map(({ shape }) => shape[1])).toEqual(sizes);
    expect(stages.map(({ shape }) => shape[3])).toEqual([8, 16, 32, 64]);
    expect(embedding.shape).toEqual([2, 64]);
    expect(logits.shape).toEqual([2, 5]);
  });

  it("has torchvision's parameters, with the stride in the 3x3 convolution", () => {
    const model = resnet50({ stem: 'imagenet', width: 2, numClasses: 5, rng: createRng(0) });
    const { tensors } = model.state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'conv1.weight': [2, 3, 7, 7],
      'layer1.0.conv1.weight': [2, 2, 1, 1],
      'layer1.0.conv2.weight': [2, 2, 3, 3],
      'layer1.0.conv3.weight': [8, 2, 1, 1],
      'layer1.0.bn3.running_var': [8],
      'layer1.0.downsample.0.weight': [8, 2, 1, 1],
      'layer2.0.conv1.weight': [4, 8, 1, 1],
      'layer4.2.conv3.weight': [64, 16, 1, 1],
      'fc.weight': [5, 64],
    });
    // torchvision.models.resnet50().state_dict() has as many entries.
    expect(Object.keys(tensors)).toHaveLength(320);
  });

  it('begins each block as its shortcut with zeroInitResidual', () => {
    const model = resnet50({
      stem: 'cifar',
      width: 2,
      numClasses: 5,
      rng: createRng(0),
      zeroInitResidual: true,
    });
    const { tensors } = model.state();
    expect(tensors['layer3.5.bn3.weight']?.arraySync()).toEqual(new Array(32).fill(0));
    expect(tensors['layer3.5.bn2.weight']?.arraySync()).toEqual(new Array(8).fill(1));
  });

  it('lets gradients reach images and parameters', () => {
    const model = resnet50({ stem: 'cifar', width: 2, numClasses: 5, rng: createRng(0) });
    const input = tf.variable(tf.ones([2, 8, 8, 3]));
    const loss = () =>
      tf.sum(
        tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: false }).logits),
      ) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [input, ...Object.values(model.variables)]);
    const still = Object.values(grads).filter((gradient) => tf.sum(tf.abs(gradient)).arraySync() === 0);
    expect(still).toHaveLength(0);
  });

  it('refuses an unknown stem by its own name', () => {
    const stem = 'patch' as 'cifar';
    expect(() => resnet50({ stem, numClasses: 5, rng: createRng(0) })).toThrow(
      `resnet50: stem must be one of 'cifar', 'imagenet'; got "patch"`,
    );
  });
});
