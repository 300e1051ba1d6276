import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { convnext } from './convnext.js';

type Options = Partial<Parameters<typeof convnext>[1]>;
const model = (options: Options = {}) =>
  convnext('convnext', { width: 4, depths: [1, 1, 2, 1], numClasses: 3, rng: createRng(3), ...options });
const images = (height = 32, width = 40) => {
  const rng = createRng(1);
  const values = Array.from({ length: 2 * height * width * 3 }, () => rng.normal());
  return tf.tensor4d(values, [2, height, width, 3]);
};
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());

describe('convnext', () => {
  useBackend('wasm');

  it('halves the map from stage to stage, whatever is left over', () => {
    const { logits, embedding, stages } = model().forward(images(37, 44), { training: false });
    expect(stages.map(({ shape }) => shape)).toEqual([
      [2, 9, 11, 4],
      [2, 4, 5, 8],
      [2, 2, 2, 16],
      [2, 1, 1, 32],
    ]);
    expect(embedding.shape).toEqual([2, 32]);
    expect(logits.shape).toEqual([2, 3]);
  });

  it('keeps more of small images with smaller patches', () => {
    const { stages } = model({ patchSize: 2 }).forward(images(16, 16), { training: false });
    expect(stages.map(({ shape }) => shape[1])).toEqual([8, 4, 2, 1]);
    expect(() => model().forward(images(16, 16), { training: false })).toThrow(
      'Classifier.forward: images must leave features.6.1 a map of at least 2x2; got "1x1"',
    );
  });

  it("has torchvision's names, shapes and first weights", () => {
    const { tensors } = model({ width: 8 }).state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'features.0.0.weight': [8, 3, 4, 4],
      'features.0.1.bias': [8],
      'features.1.0.layer_scale': [8, 1, 1],
      'features.1.0.block.0.weight': [8, 1, 7, 7],
      'features.1.0.block.0.bias': [8],
      'features.1.0.block.2.weight': [8],
      'features.1.0.block.3.weight': [32, 8],
      'features.1.0.block.5.weight': [8, 32],
      'features.2.0.weight': [8],
      'features.2.1.weight': [16, 8, 2, 2],
      'features.5.1.block.5.bias': [32],
      'classifier.0.weight': [64],
      'classifier.2.weight': [3, 64],
    });
    expect(Object.keys(tensors)).toHaveLength(4 + 5 * 9 + 3 * 4 + 4);
    const deviation = (name: string) =>
      Math.hypot(...numbers(tensors[name])) / Math.sqrt(tensors[name]!.size);
    for (const name of ['features.0.0', 'features.1.0.block.0', 'features.3.0.block.3', 'features.6.1']) {
      expect(deviation(`${name}.weight`)).toBeCloseTo(0.02, 2);
      expect(deviation(`${name}.bias`)).toBe(0);
    }
    expect(deviation('features.1.0.layer_scale') / 1e-6).toBeCloseTo(1, 5);
  });
});
