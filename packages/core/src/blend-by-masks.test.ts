import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bits, expectLinear, type Formula, noise, oddNumbers, standIns } from '../test/linear.js';
import { startBackend, testedBackends, useBackend } from '../test/use-backend.js';
import { blendByMasks } from './blend-by-masks.js';

type Lists = readonly (readonly number[])[];

const cases: Record<string, { images: readonly number[]; sources: Lists; masks: readonly number[] }> = {
  'a mask a source': { images: [2, 3, 2, 2], sources: [[0, 1], [1, 0], [1, 1]], masks: [3, 3, 2, 2] }, // biome-ignore format: rows
  'a mask of the first': { images: [2, 3, 2, 3], sources: [[0, 1], [1, 0]], masks: [2, 3, 2, 1] }, // biome-ignore format: rows
  'masks of three sources': { images: [3, 2, 2, 1], sources: [[0, 1, 2], [2, 2, 1]], masks: [2, 2, 2, 3] }, // biome-ignore format: rows
  'many channels': { images: [2, 1, 3, 5], sources: [[0, 1], [1, 0]], masks: [2, 1, 3, 2] }, // biome-ignore format: rows
  'one mask alone': { images: [2, 2, 2, 3], sources: [[0], [1]], masks: [2, 2, 2, 1] },
  'a mask for all rows': { images: [3, 2, 3, 3], sources: [[0, 1], [1, 0], [2, 1]], masks: [1, 2, 3, 1] }, // biome-ignore format: rows
  'masks of each source for all rows': { images: [2, 2, 2, 1], sources: [[0, 1], [1, 0]], masks: [1, 2, 2, 2] }, // biome-ignore format: rows
};

// Some shares of 0 and 1: gradients by them must be right too.
const make = (shape: readonly number[], index: number): tf.Tensor =>
  tf.tidy(() => {
    const drawn = noise(shape, index);
    if (index === 3) return drawn;
    return tf.where(tf.less(drawn, -1), 0, tf.where(tf.greater(drawn, 1), 1, drawn));
  });

// In doubles, on flat arrays.
const formulaOf =
  (
    [from = 0, height = 0, width = 0]: readonly number[],
    sources: Lists,
    [rows, , , channels = 0]: readonly number[],
  ): Formula =>
  (images = [], masks = []) => {
    const area = height * width;
    const depth = images.length / from / area;
    return sources.flatMap((row, r) =>
      Array.from({ length: area * depth }, (_, i) =>
        row.reduce((sum, source, k) => {
          const at = ((rows === 1 ? 0 : r * area) + Math.floor(i / depth)) * channels;
          const share = channels === row.length ? masks[at + k]! : k === 0 ? masks[at]! : 1 - masks[at]!;
          return sum + share * images[source * area * depth + i]!;
        }, 0),
      ),
    );
  };

describe.each([
  ...testedBackends('cpu', 'wasm').map((backend) => [backend, 'plain'] as const),
  // The stand-ins are registered for this one.
  ['cpu', 'fused'] as const,
])('blendByMasks on %s, %s', (backend, path) => {
  let stand: ReturnType<typeof standIns> | undefined;
  let given = cases['a mask a source']!;
  beforeAll(async () => {
    await startBackend(backend);
    if (path === 'plain') return;
    stand = standIns(
      'MixBlendByMasks',
      { images: 'MixBlendByMasksImagesGrad', masks: 'MixBlendByMasksGrad' },
      ({ images, masks }, { sources }) => {
        const flat = [...(sources as Int32Array)];
        const count = given.sources[0]!.length;
        const pairs = given.sources.map((_, r) => flat.slice(r * count, (r + 1) * count));
        return formulaOf(images!, pairs, masks!);
      },
      ({ images }) => [given.sources.length, ...images!.slice(1)],
      (input, { dy }, { from, channels }) =>
        input === 'images' ? [from as number, ...dy!.slice(1)] : [...dy!.slice(0, 3), channels as number],
    );
  });
  afterAll(() => stand?.remove());

  it.each(Object.entries(cases))('has the value and gradients of its formula: %s', (_, chosen) => {
    given = chosen;
    const { images, sources, masks } = chosen;
    expectLinear(
      (x, m) => blendByMasks(x as tf.Tensor4D, sources, m as tf.Tensor4D),
      formulaOf(images, sources, masks),
      [images, masks],
      make,
    );
  });

  it('asks for the gradients that are wanted, and no other, and leaves nothing behind', () => {
    given = { images: [2, 2, 2, 3], sources: [[0, 1], [1, 0]], masks: [2, 2, 2, 2] }; // biome-ignore format: rows
    const images = noise(given.images, 1) as tf.Tensor4D;
    const masks = noise(given.masks, 2) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const during = (action: () => tf.Tensor): string[] => {
      const calls = stand?.calls.length ?? 0;
      action().dispose();
      return stand?.calls.slice(calls) ?? [];
    };
    const expected = (...names: string[]): string[] => (path === 'fused' ? names : []);
    expect(
      during(() => tf.grad((m) => blendByMasks(images, given.sources, m as tf.Tensor4D))(masks)),
    ).toEqual(expected('MixBlendByMasks', 'MixBlendByMasksGrad'));
    expect(
      during(() => tf.grad((x) => blendByMasks(x as tf.Tensor4D, given.sources, masks))(images)),
    ).toEqual(expected('MixBlendByMasks', 'MixBlendByMasksImagesGrad'));
    expect(during(() => blendByMasks(images, given.sources, masks))).toEqual(expected('MixBlendByMasks'));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([images, masks]);
  });
});

describe.each(testedBackends('cpu', 'wasm'))('copies on %s', (backend) => {
  useBackend(backend);

  it.each([1, 2])('every bit by masks of 0 and 1 in %i channels', (channels) => {
    const odd = oddNumbers(backend);
    tf.tidy(() => {
      const own = [1, 0, 0, 1, 0, 1, 1, 0];
      const masks = channels === 1 ? own : own.flatMap((share) => [share, 1 - share]);
      const images = tf.tensor4d(odd, [2, 2, 2, 1]);
      const got = blendByMasks(images, [[0, 1], [1, 0]], tf.tensor4d(masks, [2, 2, 2, channels])); // biome-ignore format: rows
      const wanted = own.map((share, index) => odd[share === 1 ? index : (index + 4) % 8]!);
      expect(bits(got.dataSync())).toEqual(bits(wanted));
    });
  });
});

describe('wrong arguments', () => {
  const images = (): tf.Tensor4D => tf.ones([2, 2, 2, 1]);
  it.each<[string, () => unknown]>([
    [
      'blendByMasks: images must be [B,H,W,C]; got [2,2]',
      () => blendByMasks(tf.ones([2, 2]) as tf.Tensor as tf.Tensor4D, [[0]], tf.ones([1, 2, 2, 1])),
    ],
    [
      'blendByMasks: masks must be float32 [1,2,2,3]; got "float32 [1,2,2,1]"',
      () => blendByMasks(images(), [[0, 1, 1]], tf.ones([1, 2, 2, 1])),
    ],
    [
      'blendByMasks: masks must be float32 [1,2,2,2]; got "float32 [1,2,3,2]"',
      () => blendByMasks(images(), [[0, 1]], tf.ones([1, 2, 3, 2])),
    ],
    ['blendByMasks: masks must be float32 [3,2,2,2]; got "float32 [2,2,2,2]"', () => blendByMasks(images(), [[0, 1], [1, 1], [1, 0]], tf.ones([2, 2, 2, 2]))], // biome-ignore format: rows
  ])('say: %s', (message, action) => {
    expect(() => tf.tidy(() => void action())).toThrow(message);
  });

  it('are not: no rows', () => {
    tf.tidy(() => {
      expect(blendByMasks(images(), [], tf.ones([0, 2, 2, 2])).shape).toEqual([0, 2, 2, 1]);
    });
  });
});
