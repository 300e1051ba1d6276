import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bits, expectLinear, type Formula, noise, oddNumbers, standIns } from '../test/linear.js';
import { startBackend, testedBackends, useBackend } from '../test/use-backend.js';
import { blendByLam } from './blend-by-lam.js';

type Lists = readonly (readonly number[])[];

const cases: Record<string, { images: readonly number[]; sources: Lists; lam: Lists }> = {
  // biome-ignore format: rows
  'a number for all rows': { images: [3, 2, 3, 2], sources: [[0, 2], [1, 0], [2, 1]], lam: [[0.3, 0.7], [0.3, 0.7], [0.3, 0.7]] },
  // biome-ignore format: rows
  'a number a row, some 0 and 1, of three sources': { images: [4, 5], sources: [[3, 0, 1], [0, 0, 2]], lam: [[0, 1, 0], [0.25, 0.5, -2]] },
  'one source': { images: [2, 2, 1, 3], sources: [[1], [1], [0]], lam: [[2], [0.5], [1]] },
};

// In doubles, on flat arrays.
const formulaOf =
  (from: number, sources: Lists, lam: Lists): Formula =>
  (images = []) => {
    const size = images.length / from;
    return sources.flatMap((row, r) =>
      Array.from({ length: size }, (_, i) =>
        row.reduce((sum, source, k) => sum + lam[r]![k]! * images[source * size + i]!, 0),
      ),
    );
  };

const lists = (flat: Int32Array | Float32Array, count: number): number[][] =>
  Array.from({ length: flat.length / count }, (_, r) => [...flat.subarray(r * count, (r + 1) * count)]);

describe.each([
  ...testedBackends('cpu', 'wasm').map((backend) => [backend, 'plain'] as const),
  // The stand-ins are registered for this one.
  ['cpu', 'fused'] as const,
])('blendByLam on %s, %s', (backend, path) => {
  let stand: ReturnType<typeof standIns> | undefined;
  let rows = 0;
  beforeAll(async () => {
    await startBackend(backend);
    if (path === 'plain') return;
    stand = standIns(
      'MixBlendByLam',
      { images: 'MixBlendByLamGrad' },
      ({ images }, { sources, lam }) => {
        const count = (sources as Int32Array).length / rows;
        return formulaOf(images![0]!, lists(sources as Int32Array, count), lists(lam as Float32Array, count));
      },
      ({ images }) => [rows, ...images!.slice(1)],
      (_, { dy }, { from }) => [from as number, ...dy!.slice(1)],
    );
  });
  afterAll(() => stand?.remove());

  it.each(Object.entries(cases))(
    'has the value and gradient of its formula: %s',
    (_, { images, sources, lam }) => {
      rows = sources.length;
      const calls = stand?.calls.length ?? 0;
      expectLinear((x) => blendByLam(x as tf.Tensor, sources, lam), formulaOf(images[0]!, sources, lam), [
        images,
      ]);
      expect(stand?.calls.slice(calls) ?? []).toEqual(
        path === 'fused' ? ['MixBlendByLam', 'MixBlendByLam', 'MixBlendByLamGrad'] : [],
      );
    },
  );

  it('leaves nothing behind, and gives a tensor of its own', () => {
    const images = noise([2, 3], 3);
    rows = 2;
    for (const lam of [
      [[1], [1]],
      [[0.5], [1]],
    ]) {
      const before = tf.memory().numTensors;
      const mixed = blendByLam(images, [[0], [1]], lam); // biome-ignore format: rows
      expect(mixed.id).not.toBe(images.id);
      expect(tf.memory().numTensors).toBe(before + 1);
      mixed.dispose();
      tf.dispose(tf.grad((x) => blendByLam(x, [[0], [1]], lam))(images)); // biome-ignore format: rows
      expect(tf.memory().numTensors).toBe(before);
    }
    images.dispose();
  });
});

describe.each(testedBackends('cpu', 'wasm'))('copies on %s', (backend) => {
  useBackend(backend);

  it.each<[string, Lists]>([
    ['all rows whole', [[1, 0], [1, 0]]], // biome-ignore format: rows
    ['all rows the other', [[0, 1], [0, 1]]], // biome-ignore format: rows
    ['each its own way', [[0, 1], [1, 0]]], // biome-ignore format: rows
  ])('every bit by λ of 0 and 1: %s', (_, lam) => {
    const odd = oddNumbers(backend);
    tf.tidy(() => {
      const got = blendByLam(tf.tensor2d(odd, [2, 4]), [[0, 1], [1, 0]], lam); // biome-ignore format: rows
      const wanted = lam.flatMap(([own], row) =>
        (own === 1) === (row === 0) ? odd.slice(0, 4) : odd.slice(4),
      );
      expect(bits(got.dataSync())).toEqual(bits(wanted));
    });
  });
});

describe('wrong arguments', () => {
  const images = (): tf.Tensor => tf.ones([2, 2, 2, 1]);
  const lam = [[0.5, 0.5], [1, 0]]; // biome-ignore format: rows
  it.each<[string, () => unknown]>([
    [
      'blendByLam: images must be float32 [2]; got "int32 [2]"',
      () => blendByLam(tf.tensor1d([1, 2], 'int32'), [[0]], [[1]]),
    ],
    [
      'blendByLam: sources must name as many rows from 0 to -1 in every row, at least one; got [0]',
      () => blendByLam(tf.scalar(1), [[0]], [[1]]),
    ],
    ['blendByLam: sources must name as many rows from 0 to 1 in every row, at least one; got [0,2]', () => blendByLam(images(), [[0, 1], [0, 2]], lam)], // biome-ignore format: rows
    ['blendByLam: sources must name as many rows from 0 to 1 in every row, at least one; got [0]', () => blendByLam(images(), [[0, 1], [0]], lam)], // biome-ignore format: rows
    [
      'blendByLam: sources must name as many rows from 0 to 1 in every row, at least one; got []',
      () => blendByLam(images(), [[]], [[]]),
    ],
    [
      'blendByLam: lam must be 1 rows of 2 finite shares; got [[0.5,0.5],[1,0]]',
      () => blendByLam(images(), [[0, 1]], lam),
    ],
    [
      'blendByLam: lam must be 2 rows of 1 finite shares; got [[0.5,0.5],[1,0]]',
      () => blendByLam(images(), [[0], [1]], lam),
    ],
    [
      'blendByLam: lam must be 1 rows of 1 finite shares; got [[null]]',
      () => blendByLam(images(), [[0]], [[Number.NaN]]),
    ],
  ])('say: %s', (message, action) => {
    expect(() => tf.tidy(() => void action())).toThrow(message);
  });

  it('are not: no rows, or nothing of them', () => {
    tf.tidy(() => {
      expect(blendByLam(images(), [], []).shape).toEqual([0, 2, 2, 1]);
      expect([...blendByLam(tf.ones([2, 2]), [[1]], [[0]]).dataSync()]).toEqual([0, 0]);
    });
  });
});
