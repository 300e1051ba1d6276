import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { nexceptionSmall } from './nexception-small.js';
import { nexceptionTiny } from './nexception-tiny.js';

const tiny = { width: 3, numClasses: 3 };
const images = (height: number, width: number) =>
  tf.reshape(tf.sin(tf.range(0, 2 * height * width * 3)), [2, height, width, 3]) as tf.Tensor4D;

describe('nexceptionTiny', () => {
  useBackend('wasm');

  it.each([
    [2, 36, 42, [9, 5, 3, 2], [11, 6, 3, 2]],
    [1, 16, 16, [8, 4, 2, 1], [8, 4, 2, 1]],
  ])('with patches of %i gives its four stages', (patchSize, height, width, rows, columns) => {
    const model = nexceptionTiny({ ...tiny, patchSize, rng: createRng(0) });
    const { logits, embedding, stages } = model.forward(images(height, width), { training: true });
    expect(stages.map(({ shape }) => shape)).toEqual(
      [4, 8, 16, 64].map((channels, index) => [2, rows[index], columns[index], channels]),
    );
    expect(embedding.shape).toEqual([2, 64]);
    expect(logits.shape).toEqual([2, 3]);
  });

  it("has the parameters of the authors' code", () => {
    const { tensors } = nexceptionTiny({ ...tiny, rng: createRng(0) }).state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'stem.0.weight': [3, 3, 2, 2],
      'stem.0.bias': [3],
      'stem.2.running_var': [3],
      'downsampling_block1.rep.0.conv_dw.weight': [3, 1, 5, 5],
      'downsampling_block1.rep.0.conv_pw.weight': [4, 3, 1, 1],
      'downsampling_block1.rep.4.weight': [4],
      'downsampling_block1.skip.weight': [4, 3, 1, 1],
      'downsampling_block1.skipbn.bias': [4],
      'downsampling_block1.block_end.fc1.weight': [8, 4, 1, 1],
      'downsampling_block1.block_end.bn.weight': [8],
      'downsampling_block1.block_end.fc2.bias': [4],
      'middle_flow.7.sepconv1.conv_pw.weight': [48, 16, 1, 1],
      'middle_flow.7.sepconv2.conv_dw.weight': [48, 1, 5, 5],
      'middle_flow.7.norm2.weight': [16],
      'middle_flow.7.sepconv3.conv_pw.weight': [16, 16, 1, 1],
      'exit_flow.0.rep.0.conv_pw.weight': [16, 16, 1, 1],
      'exit_flow.0.rep.3.conv_pw.weight': [32, 16, 1, 1],
      'exit_flow.1.conv_dw.weight': [32, 1, 3, 3],
      'exit_flow.5.weight': [64],
      'fc.weight': [3, 64],
    });
    expect(Object.keys(tensors)).toHaveLength(339);
  });

  it('lets gradients reach images and every parameter, and leaves no tensors behind', () => {
    const model = nexceptionTiny({ ...tiny, patchSize: 1, rng: createRng(0) });
    const input = tf.variable(images(16, 16));
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

  it('drops branches in training alone, from a stream that its state keeps', () => {
    const model = nexceptionTiny({ ...tiny, patchSize: 1, dropPath: 0.5, rng: createRng(0) });
    const logits = (training: boolean) =>
      model.forward(images(16, 16), { training }).logits.arraySync().join();
    expect(logits(false)).toBe(logits(false));
    const state = model.state();
    const drawn = logits(true);
    model.restore(state);
    expect(logits(true)).toBe(drawn);
    expect(state.values).toHaveProperty('dropPath');
  });

  it.each([
    [{ dropPath: 1 }, 'nexceptionTiny: dropPath must be a number from 0 to below 1; got 1'],
    [{ width: 0 }, 'nexceptionTiny: width must be an integer of at least 1; got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => nexceptionTiny({ ...tiny, rng: createRng(0), ...options })).toThrow(message);
  });

  it('says that images are too small', () => {
    const model = nexceptionTiny({ ...tiny, rng: createRng(0) });
    expect(() => model.forward(images(16, 18), { training: false })).toThrow(
      'Classifier.forward: images must leave exit_flow.0.rep.6 a map of at least 2x2; got "1x2"',
    );
  });
});

describe('nexceptionSmall', () => {
  useBackend('cpu');

  it('is wider in the middle', () => {
    const { variables } = nexceptionSmall({ ...tiny, width: 6, rng: createRng(0) });
    expect(variables['middle_flow.0.sepconv1.conv_pw.weight']?.shape).toEqual([1, 1, 47, 141]);
  });
});
