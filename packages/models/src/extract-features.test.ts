import { createRng, isMixError } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from './cifar-resnet.js';
import { extractFeatures } from './extract-features.js';
import { guideOf } from './guide-of.js';

const model = () => cifarResnet({ depth: 8, width: 2, numClasses: 3, rng: createRng(3) });
const noise = (count: number) => {
  const rng = createRng(5);
  return tf.tensor4d(
    Array.from({ length: count * 4 * 4 * 3 }, () => rng.normal()),
    [count, 4, 4, 3],
  );
};
const numbers = (x: tf.Tensor | undefined) => Array.from((x as tf.Tensor).dataSync());
function close(got: tf.Tensor | undefined, wanted: tf.Tensor | undefined): void {
  expect(got?.shape).toEqual(wanted?.shape);
  const expected = numbers(wanted);
  for (const [index, value] of numbers(got).entries()) expect(value).toBeCloseTo(expected[index]!, 5);
}

describe('extractFeatures', () => {
  useBackend('wasm');

  it('gives a row for each image, however they are cut up', async () => {
    const network = model();
    const images = noise(5);
    const wanted = network.forward(images, { training: false });
    const whole = await extractFeatures(network, images, { stages: ['last', 1], batchSize: 2 });
    close(whole.embedding, wanted.embedding);
    close(whole.logits, wanted.logits);
    expect(whole.stages).toHaveLength(2);
    close(whole.stages[0], wanted.stages[2]);
    close(whole.stages[1], wanted.stages[0]);
  });

  it('takes images as they come, and leaves nothing behind', async () => {
    const network = model();
    const images = noise(3);
    const { embedding } = network.forward(images, { training: false });
    const before = tf.memory().numTensors;
    async function* loader() {
      for (const start of [0, 1, 2]) {
        const image = tf.slice(images, [start, 0, 0, 0], [1, -1, -1, -1]);
        yield image;
        image.dispose();
      }
    }
    const extracted = await extractFeatures(network, loader());
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(extracted.stages).toEqual([]);
    close(extracted.embedding, embedding);
    tf.dispose(extracted);
    const again = await extractFeatures(network, [images, images]);
    expect(again.embedding.shape[0]).toBe(6);
    tf.dispose(again);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong, and leaves nothing behind then', async () => {
    const network = model();
    const images = noise(2);
    const before = tf.memory().numTensors;
    for (const [options, message] of [
      [{ stages: [4] }, "extractFeatures: stages must be from 1 to 3, or 'last'; got 4"],
      [{ batchSize: 0 }, 'extractFeatures: batchSize must be an integer of at least 1; got 0'],
    ] as const) {
      await expect(extractFeatures(network, images, options)).rejects.toThrow(message);
    }
    await expect(extractFeatures(network, [])).rejects.toSatisfy(isMixError);
    const larger = tf.zeros([1, 6, 4, 3]) as tf.Tensor4D;
    await expect(extractFeatures(network, [images, larger], { stages: [1] })).rejects.toThrow(
      'extractFeatures: images must be of one size where stages are wanted, whose maps are joined; ' +
        'got "maps [4,4,2] and [6,4,2]"',
    );
    larger.dispose();
    async function* broken() {
      yield images;
      throw new Error('the disk is gone');
    }
    await expect(extractFeatures(network, broken())).rejects.toThrow('the disk is gone');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('guideOf', () => {
  useBackend('wasm');

  it('tells of any classifier what its own guide tells', () => {
    const network = model();
    const { guide, ...plain } = network;
    const made = guideOf(plain);
    const [images, labels] = [noise(2), tf.tensor1d([0, 2], 'int32')];
    close(made.features(images, 2), guide.features(images, 2));
    const before = numbers(network.state().tensors['bn1.running_mean']);
    for (const mode of ['eval', 'train'] as const) {
      close(
        made.inputGradient(images, labels, { mode }).grad,
        guide.inputGradient(images, labels, { mode }).grad,
      );
    }
    expect(numbers(network.state().tensors['bn1.running_mean'])).toEqual(before);
    const count = tf.memory().numTensors;
    tf.dispose([made.features(images, 'last'), made.inputGradient(images, labels, { mode: 'train' })]);
    expect(tf.memory().numTensors).toBe(count);
  });
});
