import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { swin } from './swin.js';

type Options = Partial<Parameters<typeof swin>[1]>;
const tiny = { width: 8, depths: [2, 1], heads: [2, 4], windowSize: 3, numClasses: 3 };
const model = (options: Options = {}) => swin('swin', { ...tiny, rng: createRng(3), ...options });
const images = (height = 28, width = 17) => {
  const rng = createRng(1);
  const values = Array.from({ length: 2 * height * width * 3 }, () => rng.normal());
  return tf.tensor4d(values, [2, height, width, 3]);
};
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());

describe('swin', () => {
  useBackend('wasm');

  it('takes any size from a patch on', () => {
    const network = model();
    const { logits, embedding, stages, attention } = network.forward(images(), { training: false });
    expect(stages.map(({ shape }) => shape)).toEqual([
      [2, 7, 4, 8],
      [2, 4, 2, 16],
    ]);
    expect(embedding.shape).toEqual([2, 16]);
    expect(logits.shape).toEqual([2, 3]);
    expect(attention).toBeUndefined();
    expect(network.forward(images(4, 4), { training: false }).stages[1]?.shape).toEqual([2, 1, 1, 16]);
    expect(() => network.forward(images(3, 8), { training: false })).toThrow(
      'images must leave features.0.0 a map of at least 4x4; got "3x8"',
    );
  });

  it('lets tokens look beyond their window in shifted blocks alone', () => {
    const reach = (depth: number) => {
      const network = model({ patchSize: 1, depths: [depth], heads: [2] });
      const pixels = Float32Array.from(images(9, 9).dataSync());
      const stage = () =>
        numbers(network.forward(tf.tensor4d(pixels.slice(), [2, 9, 9, 3]), { training: false }).stages[0]);
      const before = stage();
      pixels[(4 * 9 + 4) * 3] = 5;
      const after = stage();
      const changed = (y: number, x: number) => {
        const at = (y * 9 + x) * 8;
        return String(before.slice(at, at + 8)) !== String(after.slice(at, at + 8));
      };
      return [changed(4, 4), changed(3, 5), changed(2, 4), changed(6, 6)];
    };
    expect(reach(1)).toEqual([true, true, false, false]);
    expect(reach(2)).toEqual([true, true, true, true]);
  });

  it("has torchvision's names, shapes and first weights", () => {
    const { tensors } = model({ windowSize: [2, 3] }).state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'features.0.0.weight': [8, 3, 4, 4],
      'features.0.2.bias': [8],
      'features.1.0.norm1.weight': [8],
      'features.1.0.attn.relative_position_bias_table': [15, 2],
      'features.1.0.attn.relative_position_index': [36],
      'features.1.1.attn.qkv.weight': [24, 8],
      'features.1.1.attn.proj.bias': [8],
      'features.1.1.mlp.0.weight': [32, 8],
      'features.1.1.mlp.3.weight': [8, 32],
      'features.2.reduction.weight': [16, 32],
      'features.2.norm.weight': [32],
      'features.3.0.norm2.bias': [16],
      'norm.weight': [16],
      'head.weight': [3, 16],
    });
    expect(Object.keys(tensors)).toHaveLength(4 + 3 * 14 + 3 + 4);
    // By rows: from each of the window's tokens to each.
    expect(numbers(tensors['features.1.0.attn.relative_position_index']).slice(0, 12)).toEqual([
      7, 6, 5, 2, 1, 0, 8, 7, 6, 3, 2, 1,
    ]);
    const deviation = (name: string) =>
      Math.hypot(...numbers(tensors[name])) / Math.sqrt(tensors[name]!.size);
    expect(deviation('features.1.0.mlp.0.weight')).toBeCloseTo(0.02, 2);
    expect(deviation('features.1.0.attn.relative_position_bias_table')).toBeCloseTo(0.02, 2);
    // Uniform in ±1/√48.
    expect(deviation('features.0.0.weight')).toBeCloseTo(1 / 12, 2);
  });
});
