import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { twins } from './twins.js';

type Options = Partial<Parameters<typeof twins>[1]>;
const tiny = { width: 8, depths: [2, 1], heads: [2, 4], reductions: [2, 1], windowSize: 3, numClasses: 3 };
const model = (options: Options = {}) => twins('twins', { ...tiny, rng: createRng(3), ...options });
const images = (height: number, width: number) =>
  tf.reshape(tf.sin(tf.range(0, 2 * height * width * 3)), [2, height, width, 3]) as tf.Tensor4D;
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());

describe('twins', () => {
  useBackend('wasm');

  it('takes any size that leaves a token to sum the map up', () => {
    const network = model();
    const { logits, embedding, stages, attention } = network.forward(images(29, 18), { training: false });
    expect(stages.map(({ shape }) => shape)).toEqual([
      [2, 7, 4, 8],
      [2, 3, 2, 16],
    ]);
    expect(embedding.shape).toEqual([2, 16]);
    expect(logits.shape).toEqual([2, 3]);
    expect(attention).toBeUndefined();
    expect(() => network.forward(images(7, 8), { training: false })).toThrow(
      'images must leave blocks.0.1.attn.sr a map of at least 2x2; got "1x2"',
    );
  });

  it('looks a window far in the first block, and at the whole map in the second', () => {
    const reach = (depth: number) => {
      const network = model({ patchSize: 1, depths: [depth], heads: [2] });
      // The convolution of positions reaches a token further.
      network.variables['pos_block.0.proj.0.weight']?.assign(tf.zeros([3, 3, 8, 1]));
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
      return [changed(4, 4), changed(3, 5), changed(2, 4), changed(8, 0)];
    };
    expect(reach(1)).toEqual([true, true, false, false]);
    expect(reach(2)).toEqual([true, true, true, true]);
  });

  it("has timm's names, shapes and first weights", () => {
    const { tensors } = model({ width: 16 }).state();
    const shapes = Object.entries(tensors).map(([name, { shape }]) => `${name} ${shape}`);
    const norm = (name: string, channels: number) => [
      `${name}.weight ${channels}`,
      `${name}.bias ${channels}`,
    ];
    const linear = (name: string, outer: number, inner: number | string) => [
      `${name}.weight ${outer},${inner}`,
      `${name}.bias ${outer}`,
    ];
    const around = (name: string, channels: number, attention: string[]) => [
      ...norm(`${name}.norm1`, channels),
      ...attention,
      ...norm(`${name}.norm2`, channels),
      ...linear(`${name}.mlp.fc1`, 4 * channels, channels),
      ...linear(`${name}.mlp.fc2`, channels, 4 * channels),
    ];
    expect(shapes.sort()).toEqual(
      [
        ...linear('patch_embeds.0.proj', 16, '3,4,4'),
        ...norm('patch_embeds.0.norm', 16),
        ...around('blocks.0.0', 16, [
          ...linear('blocks.0.0.attn.qkv', 48, 16),
          ...linear('blocks.0.0.attn.proj', 16, 16),
        ]),
        ...linear('pos_block.0.proj.0', 16, '1,3,3'),
        ...around('blocks.0.1', 16, [
          ...linear('blocks.0.1.attn.q', 16, 16),
          ...linear('blocks.0.1.attn.kv', 32, 16),
          ...linear('blocks.0.1.attn.proj', 16, 16),
          ...linear('blocks.0.1.attn.sr', 16, '16,2,2'),
          ...norm('blocks.0.1.attn.norm', 16),
        ]),
        ...linear('patch_embeds.1.proj', 32, '16,2,2'),
        ...norm('patch_embeds.1.norm', 32),
        ...around('blocks.1.0', 32, [
          ...linear('blocks.1.0.attn.qkv', 96, 32),
          ...linear('blocks.1.0.attn.proj', 32, 32),
        ]),
        ...linear('pos_block.1.proj.0', 32, '1,3,3'),
        ...norm('norm', 32),
        ...linear('head', 3, 32),
      ].sort(),
    );
    const deviation = (name: string) =>
      Math.hypot(...numbers(tensors[name])) / Math.sqrt(tensors[name]!.size);
    expect(deviation('blocks.0.1.attn.kv.weight')).toBeCloseTo(0.02, 2);
    // By what leaves a convolution: N(0, 2 / outputs), of a depthwise one 9.
    expect(deviation('patch_embeds.1.proj.weight')).toBeCloseTo(Math.sqrt(2 / (4 * 32)), 2);
    expect(deviation('blocks.0.1.attn.sr.weight')).toBeCloseTo(Math.sqrt(2 / (4 * 16)), 2);
    expect(deviation('pos_block.1.proj.0.weight')).toBeCloseTo(Math.sqrt(2 / 9), 1);
    expect(deviation('patch_embeds.0.proj.bias')).toBe(0);
  });
});
