import { blendByLam, blendByMasks } from '@mix/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, seededInput } from '../../test/on-native.js';
import { registerNative } from '../index.js';

type Lists = readonly (readonly number[])[];

/** `count` sources for each of `rows` rows, out of `from`; the first is the row itself where there is one. */
const sourcesOf = (from: number, rows: number, count: number): number[][] =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: count }, (_, k) => (r + 2 * k * k + k) % from));

/** The blend, and its gradients by everything that has one. */
function everything(sources: Lists, lam?: Lists) {
  return (dy: Tensor, ...inputs: Tensor[]): Tensor[] => {
    const forward = (images: Tensor, masks?: Tensor): Tensor =>
      lam === undefined
        ? blendByMasks(images as Tensor4D, sources, masks as Tensor4D)
        : blendByLam(images, sources, lam);
    return [forward(...(inputs as [Tensor])), ...tf.grads(forward)(inputs, dy)];
  };
}

// A number a row: images, result rows and sources a row.
const rowCases: [number[], number, number][] = [
  [[4, 3, 3, 3], 4, 2],
  [[3, 7], 3, 3],
  [[5], 2, 2],
  [[2, 5, 5, 1], 7, 1],
  [[16, 32, 32, 3], 16, 2],
  [[2, 40, 40, 16], 2, 4],
  [[3, 0, 4, 2], 3, 2],
];

// Masks: images, result rows, sources a row, masks a row, and whether all rows share them.
const maskCases: [number[], number, number, number, boolean?][] = [
  [[4, 3, 5, 3], 4, 2, 2],
  [[4, 3, 5, 3], 4, 2, 1],
  [[3, 7, 3, 1], 2, 3, 3],
  [[2, 4, 4, 4], 5, 1, 1],
  [[2, 3, 3, 5], 2, 2, 2],
  [[3, 9, 8, 32], 3, 2, 1],
  [[16, 32, 32, 3], 16, 2, 2],
  [[2, 100, 100, 3], 2, 3, 3],
  [[3, 17, 9, 3], 3, 2, 1, true],
  [[3, 5, 4, 2], 4, 2, 2, true],
  [[2, 3, 3, 0], 2, 2, 2],
  [[2, 0, 3, 3], 2, 2, 1],
];

/** Random masks of which a quarter is 0 and a quarter 1. */
function masksOf(...shape: number[]): Input {
  const drawn = seededInput(9, ...shape);
  const share = (v: number): number => (v < -0.5 ? 0 : v > 0.5 ? 1 : v);
  return { ...drawn, values: Float32Array.from(drawn.values as Float32Array, share) };
}

describeNative('blend', () => {
  for (const [images, rows, count] of rowCases) {
    it(`of [${images}] into ${rows} rows of ${count} sources`, async () => {
      const lam = sourcesOf(7, rows, count).map((row) => row.map((value) => Math.max(0, value / 4 - 0.25)));
      await expectAsOnCpu(
        everything(sourcesOf(images[0] as number, rows, count), lam),
        [seededInput(1, rows, ...images.slice(1)), seededInput(2, ...images)],
        { allowFallback: true },
      );
    });
  }

  for (const [images, rows, count, channels, shared = false] of maskCases) {
    it(`of [${images}] into ${rows} rows of ${count} sources by ${channels} masks${shared ? ' for all' : ''}`, async () => {
      const [from = 0, ...inner] = images;
      await expectAsOnCpu(
        everything(sourcesOf(from, rows, count)),
        [
          seededInput(1, rows, ...inner),
          seededInput(2, ...images),
          masksOf(shared ? 1 : rows, ...inner.slice(0, 2), channels),
        ],
        { allowFallback: true },
      );
    });
  }

  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45, 3e38, -1, 0.1, Number.NEGATIVE_INFINITY];
  const bits = (values: ArrayLike<number>): number[] => [
    ...new Int32Array(Float32Array.from(Array.from(values)).buffer),
  ];

  it.each([1, 3, 5, 17])('copies every bit by shares of 0 and 1, %i elements a pixel', (depth) => {
    tf.tidy(() => {
      const pixel = (value: number): number[] => new Array(depth).fill(value);
      const images = tf.tensor4d(odd.flatMap(pixel), [2, 2, 2, depth]);
      const pairs = [[0, 1], [1, 0]]; // biome-ignore format: rows
      const own = [1, 0, 0, 1, 0, 1, 1, 0];
      const cut = own.flatMap((share, i) => pixel(odd[share === 1 ? i : (i + 4) % 8] as number));
      for (const channels of [1, 2]) {
        const values = channels === 1 ? own : own.flatMap((share) => [share, 1 - share]);
        const got = blendByMasks(images, pairs, tf.tensor4d(values, [2, 2, 2, channels]));
        expect(bits(got.dataSync())).toEqual(bits(cut));
      }
      const whole = blendByLam(images, pairs, [[0, 1], [1, 0]]); // biome-ignore format: rows
      const partner = odd.slice(4).concat(odd.slice(4));
      expect(bits(whole.dataSync())).toEqual(bits(partner.flatMap(pixel)));
    });
  });

  it('gives the same bits on any number of threads', () => {
    const sources = [[0, 1, 2], [1, 1, 0], [2, 0, 1]]; // biome-ignore format: rows
    const shapes = [[3, 61, 67, 3], [3, 61, 67, 3], [3, 61, 67, 3]]; // biome-ignore format: rows
    const run = (threads: number): Buffer => {
      registerNative({ threads });
      return tf.tidy(() => {
        const inputs = shapes.map((shape, seed) => tf.tensor(seededInput(seed, ...shape).values, shape));
        const outputs = everything(sources)(...(inputs as [Tensor]));
        return Buffer.concat(outputs.map((output) => new Uint8Array(output.dataSync().slice().buffer)));
      });
    };
    const alone = run(1);
    for (const threads of [2, 3]) expect(run(threads).equals(alone)).toBe(true);
    registerNative({ threads: 2 });
  });

  it('refuses sources that are not there, whoever asks', () => {
    const images = tf.ones([2, 3]);
    const attrs = { sources: new Int32Array([0, 2]), lam: new Float32Array(2), count: 2 };
    expect(() =>
      tf.engine().runKernel('MixBlendByLam', { images }, attrs as unknown as tf.NamedAttrMap),
    ).toThrow('a source is not a row of the images');
    images.dispose();
  });
});
