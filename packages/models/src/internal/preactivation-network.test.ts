import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Model } from '../model.js';
import { preactResnet18 } from '../preact-resnet18.js';
import { wrn16x8 } from '../wrn16x8.js';
import { wrn28x8 } from '../wrn28x8.js';
import { wrn28x10 } from '../wrn28x10.js';

const options = (width: number) => ({ width, numClasses: 5, rng: createRng(0) });
const images = () => {
  const rng = createRng(1);
  return tf.tensor4d(
    Array.from({ length: 4 * 8 * 8 * 3 }, () => rng.normal()),
    [4, 8, 8, 3],
  );
};
const shapesOf = (model: Model) =>
  Object.fromEntries(Object.entries(model.state().tensors).map(([name, { shape }]) => [name, shape]));

describe('preactivationNetwork', () => {
  useBackend('wasm');

  // Entries of the ports' state_dict(): 12 to a block, one for a shortcut, 5 of a norm, the first convolution and the head.
  it.each([
    ['wrn16x8', wrn16x8, 6 * 12 + 3 + 5 + 3, 'block3.layer.1', [8, 16, 32]],
    ['wrn28x8', wrn28x8, 12 * 12 + 3 + 5 + 3, 'block3.layer.3', [8, 16, 32]],
    ['wrn28x10', wrn28x10, 12 * 12 + 3 + 5 + 3, 'block3.layer.3', [10, 20, 40]],
  ] as const)('gives %s the parameters of its port', (_, make, count, last, channels) => {
    const model = make(options(1));
    const shapes = shapesOf(model);
    expect(Object.keys(shapes)).toHaveLength(count);
    expect(shapes).toMatchObject({
      'conv1.weight': [1, 3, 3, 3],
      'block1.layer.0.bn1.weight': [1],
      'block1.layer.0.conv1.weight': [channels[0], 1, 3, 3],
      'block2.layer.0.convShortcut.weight': [channels[1], channels[0], 1, 1],
      [`${last}.conv2.weight`]: [channels[2], channels[2], 3, 3],
      'bn1.running_mean': [channels[2]],
      'fc.weight': [5, channels[2]],
    });
    const { stages, embedding, logits } = model.forward(images(), { training: false });
    expect(stages.map(({ shape }) => shape.slice(1, 4))).toEqual(
      channels.map((c, at) => [8 >> at, 8 >> at, c]),
    );
    expect([embedding.shape, logits.shape]).toEqual([
      [4, channels[2]],
      [4, 5],
    ]);
    model.dispose();
  });

  it.each([false, true])('gives preactResnet18 the parameters of its port (final norm %s)', (finalNorm) => {
    const shapes = shapesOf(preactResnet18({ ...options(2), finalNorm }));
    expect(Object.keys(shapes)).toHaveLength(8 * 12 + 3 + 3 + (finalNorm ? 5 : 0));
    expect(shapes).toMatchObject({ 'layer2.0.shortcut.0.weight': [4, 2, 1, 1], 'linear.weight': [5, 16] });
    expect('layer1.0.shortcut.0.weight' in shapes).toBe(false);
    expect('bn.weight' in shapes).toBe(finalNorm);
  });

  it('drops values and branches in training alone, from streams of its state', () => {
    const model = wrn16x8({ ...options(1), dropout: 0.5, dropPath: 0.5 });
    const run = (one: Model, training: boolean) => one.forward(images(), { training }).logits.arraySync();
    expect(run(model, false)).toEqual(run(wrn16x8(options(1)), false));
    const state = model.state();
    expect(Object.keys(state.values).sort()).toEqual(['dropPath', 'dropout']);
    const first = run(model, true);
    expect(run(model, true)).not.toEqual(first);
    model.restore(state);
    expect(run(model, true)).toEqual(first);
  });

  it('lets gradients reach images and all parameters, and keeps no tensor', () => {
    const model = preactResnet18(options(2));
    const input = tf.variable(images() as tf.Tensor);
    const before = tf.memory().numTensors;
    const loss = () =>
      tf.sum(
        tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: true }).logits),
      ) as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss, [input, ...Object.values(model.variables)]);
    const still = Object.values(grads).filter(
      (gradient) => tf.tidy(() => tf.max(tf.abs(gradient)).arraySync()) === 0,
    );
    expect(still).toHaveLength(0);
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ width: 0 }, 'width must be an integer of at least 1; got 0'],
    [{ dropout: 1 }, 'dropout must be a number from 0 to below 1; got 1'],
    [{ dropPath: -1 }, 'dropPath must be a number from 0 to below 1; got -1'],
    [{ batchNorm: { momentum: 2 } }, 'batchNorm.momentum must be a number from 0 to 1; got 2'],
  ])('refuses %j', (bad, message) => {
    expect(() => wrn16x8({ ...options(1), ...bad })).toThrow(`wrn16x8: ${message}`);
  });
});
