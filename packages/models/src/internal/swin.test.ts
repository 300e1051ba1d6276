import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { loadState } from '../load-state.js';
import { saveState } from '../save-state.js';
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

  it('keeps the tensor count flat over steps, by all variables', () => {
    const network = model({ dropPath: 0.1 });
    const input = images();
    const step = () => {
      const loss = () => tf.mean(tf.square(network.forward(input, { training: true }).logits)) as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, Object.values(network.variables));
      for (const variable of Object.values(network.variables)) {
        expect(Math.hypot(...numbers(grads[variable.name]))).toBeGreaterThan(0);
      }
      tf.dispose([value, grads]);
    };
    const before = tf.memory().numTensors;
    for (let repeat = 0; repeat < 2; repeat++) step();
    expect(tf.memory().numTensors).toBe(before);
    expect(network.state().values).toHaveProperty('dropPath');
  });

  it('goes on from its features to the same logits, and gives back a state that was saved', async () => {
    const [network, other] = [model(), model({ rng: createRng(5) })];
    const input = images();
    const { logits } = network.forward(input, { training: false });
    for (const stage of [1, 'last'] as const) {
      const onward = network.guide.forwardFrom?.(network.guide.features(input, stage), stage);
      expect(numbers(onward)).toEqual(numbers(logits));
    }
    loadState(other, await saveState(network));
    expect(numbers(other.forward(input, { training: false }).logits)).toEqual(numbers(logits));
  });

  it('does not train frozen stages', () => {
    const names = Object.keys(model({ frozenStages: 1 }).variables);
    expect(names.filter((name) => /^features\.[01]\./.test(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
  });

  it.each<[string, Options]>([
    ['swin: patchSize must be an integer of at least 1; got 0', { patchSize: 0 }],
    ['swin: windowSize must be an integer of at least 1; got 0', { windowSize: [7, 0] }],
    ['swin: dropPath must be a number from 0 to below 1; got 1', { dropPath: 1 }],
    ['swin: numClasses must be an integer of at least 1; got 0', { numClasses: 0 }],
  ])('says: %s', (message, options) => {
    expect(() => model(options)).toThrow(message);
  });
});
