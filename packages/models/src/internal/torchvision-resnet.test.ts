import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Model } from '../model.js';
import { resnet34 } from '../resnet34.js';
import { resnet101 } from '../resnet101.js';
import { wideResnet50 } from '../wide-resnet50.js';

const narrow = { stem: 'cifar', width: 2, numClasses: 5 } as const;
const shapesOf = (model: Model) => {
  const { tensors } = model.state();
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  tf.dispose(tensors);
  return shapes;
};

describe('torchvisionResnet', () => {
  useBackend('wasm');

  // As many entries as torchvision's state_dict() of the same name has.
  it.each([
    [
      'resnet34',
      resnet34,
      218,
      {
        'layer2.0.downsample.0.weight': [4, 2, 1, 1],
        'layer3.5.conv2.weight': [8, 8, 3, 3],
        'fc.weight': [5, 16],
      },
    ],
    [
      'resnet101',
      resnet101,
      626,
      {
        'layer1.0.downsample.0.weight': [8, 2, 1, 1],
        'layer3.22.conv2.weight': [8, 8, 3, 3],
        'fc.weight': [5, 64],
      },
    ],
    [
      'wide_resnet50_2',
      wideResnet50,
      320,
      {
        'layer1.0.conv1.weight': [4, 2, 1, 1],
        'layer1.0.conv2.weight': [4, 4, 3, 3],
        'layer4.2.conv3.weight': [64, 32, 1, 1],
      },
    ],
  ] as const)("gives %s torchvision's parameters", (_, make, count, expected) => {
    const model = make({ ...narrow, rng: createRng(0) });
    const shapes = shapesOf(model);
    expect(shapes).toMatchObject(expected);
    expect(Object.keys(shapes)).toHaveLength(count);
    const { logits, embedding, stages } = model.forward(tf.ones([1, 8, 8, 3]), { training: false });
    expect(stages.map(({ shape }) => shape[1])).toEqual([8, 4, 2, 1]);
    expect(embedding.shape[1]).toBe(shapes['fc.weight']?.[1]);
    expect(logits.shape).toEqual([1, 5]);
    model.dispose();
  });

  it('drops branches in training alone, at rates that grow with depth', () => {
    const model = resnet34({ ...narrow, dropPath: 0.9, rng: createRng(0) });
    const plain = resnet34({ ...narrow, rng: createRng(0) });
    const rng = createRng(1);
    const pixels = Array.from({ length: 6 * 8 * 8 * 3 }, () => rng.normal());
    const images = tf.tensor4d(pixels, [6, 8, 8, 3]);
    const run = (one: Model, training: boolean) => one.forward(images, { training }).logits.arraySync();
    expect(run(model, false)).toEqual(run(plain, false));
    const { values, tensors } = model.state();
    const first = run(model, true);
    expect(first).not.toEqual(run(plain, true));
    // Fifteen blocks after the first draw once for each of six samples.
    expect(model.state().values['dropPath']).toMatchObject({ counter: 15 * 6 });
    expect(run(model, true)).not.toEqual(first);
    model.restore({ tensors, values });
    expect(run(model, true)).toEqual(first);
    expect(plain.state().values).toEqual({});
  });

  it('refuses a rate that leaves nothing', () => {
    expect(() => resnet34({ ...narrow, dropPath: 1, rng: createRng(0) })).toThrow(
      'resnet34: dropPath must be a number from 0 to below 1; got 1',
    );
  });
});
