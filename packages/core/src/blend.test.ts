import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, testedBackends, useBackend } from '../test/use-backend.js';
import { type BlendShares, blend } from './blend.js';
import { createRng } from './rng.js';

type Lists = readonly (readonly number[])[];

const noise = (shape: readonly number[], seed: number): tf.Tensor => {
  const rng = createRng(seed);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    [...shape],
  );
};

interface Case {
  readonly images: readonly number[];
  readonly sources: Lists;
  readonly lam?: Lists;
  readonly channels?: number;
}

const cases: Record<string, Case> = {
  'a number for all rows': {
    images: [3, 2, 3, 2],
    sources: [[0, 2], [1, 0], [2, 1]], // biome-ignore format: rows
    lam: [[0.3, 0.7], [0.3, 0.7], [0.3, 0.7]], // biome-ignore format: rows
  },
  'a number a row, some 0 and 1, of three sources': {
    images: [4, 5],
    sources: [[3, 0, 1], [0, 0, 2]], // biome-ignore format: rows
    lam: [[0, 1, 0], [0.25, 0.5, -2]], // biome-ignore format: rows
  },
  'one source': { images: [2, 2, 1, 3], sources: [[1], [1], [0]], lam: [[2], [0.5], [1]] },
  'a mask a source': { images: [2, 3, 2, 2], sources: [[0, 1], [1, 0], [1, 1]], channels: 2 }, // biome-ignore format: rows
  'a mask of the first': { images: [2, 3, 2, 3], sources: [[0, 1], [1, 0]], channels: 1 }, // biome-ignore format: rows
  'masks of three sources': { images: [3, 2, 2, 1], sources: [[0, 1, 2], [2, 2, 1]], channels: 3 }, // biome-ignore format: rows
  'one mask alone': { images: [2, 2, 2, 3], sources: [[0], [1]], channels: 1 },
};

function maskOf({ images, sources, channels = 1 }: Case): tf.Tensor4D {
  const [, height = 1, width = 1] = images;
  const mask = noise([sources.length, height, width, channels], 7);
  // Some shares of 0 and 1: gradients by them must be right too.
  return tf.tidy(() => tf.where(tf.less(mask, -1), 0, tf.where(tf.greater(mask, 1), 1, mask))) as tf.Tensor4D;
}

const sharesOf = (given: Case): BlendShares =>
  given.lam === undefined ? { masks: maskOf(given) } : { lam: given.lam };

// The formula in doubles, on flat arrays.
function reference(given: Case, images: ArrayLike<number>, masks: ArrayLike<number>): number[] {
  const [, ...inner] = given.images;
  const size = inner.reduce((a, b) => a * b, 1);
  const depth = inner.at(-1) as number;
  return given.sources.flatMap((row, r) =>
    Array.from({ length: size }, (_, i) =>
      row.reduce((sum, source, k) => {
        const pixel = (r * size + i - (i % depth)) / depth;
        const width = given.channels ?? 1;
        const first = masks[pixel * width] as number;
        const own = row.length === width ? (masks[pixel * width + k] as number) : k === 0 ? first : 1 - first;
        const share = given.lam === undefined ? own : (given.lam[r]?.[k] as number);
        return sum + share * (images[source * size + i] as number);
      }, 0),
    ),
  );
}

const calls: string[] = [];
const kernels = ['MixBlend', 'MixBlendImagesGrad', 'MixBlendMasksGrad'];

/** Stand-ins for a backend's kernels, from the inputs of their contract: in plain JavaScript, by the formula. */
function registerStandIns(): void {
  const given = (images: readonly number[], sources: tf.Tensor, shares: tf.Tensor): Case => ({
    images,
    sources: sources.arraySync() as number[][],
    ...(shares.rank === 2
      ? { lam: shares.arraySync() as number[][] }
      : { channels: shares.shape[3] as number }),
  });
  const kernel = (
    kernelName: string,
    run: (inputs: Record<string, tf.Tensor>, attrs: { rows?: number }) => tf.Tensor,
  ): void =>
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls.push(kernelName);
        return run(inputs as Record<string, tf.Tensor>, attrs as { rows?: number });
      },
    });
  kernel('MixBlend', ({ images, sources, shares }) => {
    const shape = [sources!.shape[0] as number, ...images!.shape.slice(1)];
    const out = reference(given(images!.shape, sources!, shares!), images!.dataSync(), shares!.dataSync());
    return tf.tensor(out, shape);
  });
  // By linearity: the derivative along each unit vector, against dy.
  const along = (out: ArrayLike<number>, dy: ArrayLike<number>): number =>
    Array.from(out).reduce((sum, value, index) => sum + value * (dy[index] as number), 0);
  const units = (size: number): number[][] =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  kernel('MixBlendImagesGrad', ({ dy, sources, shares }, { rows }) => {
    const shape = [rows as number, ...dy!.shape.slice(1)];
    const grad = units(shape.reduce((a, b) => a * b, 1)).map((unit) =>
      along(reference(given(shape, sources!, shares!), unit, shares!.dataSync()), dy!.dataSync()),
    );
    return tf.tensor(grad, shape);
  });
  kernel('MixBlendMasksGrad', ({ dy, images, sources, shares }) => {
    const plan = given(images!.shape, sources!, shares!);
    const none = reference(plan, images!.dataSync(), new Array(shares!.size).fill(0));
    const grad = units(shares!.size).map((unit) => {
      const out = reference(plan, images!.dataSync(), unit);
      return along(
        out.map((value, index) => value - (none[index] as number)),
        dy!.dataSync(),
      );
    });
    return tf.tensor(grad, shares!.shape);
  });
}

describe.each([
  ...testedBackends('cpu', 'wasm').map((backend) => [backend, 'plain'] as const),
  // The stand-ins are registered for this one.
  ['cpu', 'fused'] as const,
])('blend on %s, %s', (backend, path) => {
  beforeAll(async () => {
    await startBackend(backend);
    if (path === 'fused') registerStandIns();
  });
  afterAll(() => {
    if (path === 'fused') for (const name of kernels) tf.unregisterKernel(name, 'cpu');
  });

  describe.each(Object.entries(cases))('%s', (_, given) => {
    it('has the value of its formula', () => {
      tf.tidy(() => {
        const [images, masks] = [noise(given.images, 3), maskOf(given)];
        const got = blend(images, given.sources, sharesOf(given));
        const wanted = reference(given, images.dataSync(), masks.dataSync());
        expect(got.shape).toEqual([given.sources.length, ...given.images.slice(1)]);
        got.dataSync().forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 5));
      });
    });

    it('has the gradient of central differences', () => {
      tf.tidy(() => {
        const inputs = [noise(given.images, 3), ...(given.lam === undefined ? [maskOf(given)] : [])];
        const dy = noise([given.sources.length, ...given.images.slice(1)], 5);
        const gradients = tf.grads((...[images, masks]: tf.Tensor[]) =>
          blend(
            images as tf.Tensor,
            given.sources,
            masks ? { masks: masks as tf.Tensor4D } : sharesOf(given),
          ),
        )(inputs, dy);
        const values = inputs.map((input) => Array.from(input.dataSync()));
        const along = (arrays: number[][]): number =>
          reference(given, arrays[0]!, arrays[1] ?? []).reduce(
            (sum, value, index) => sum + value * (dy.dataSync()[index] as number),
            0,
          );
        gradients.forEach((gradient, part) => {
          expect(gradient.shape).toEqual(inputs[part]!.shape);
          gradient.dataSync().forEach((value, index) => {
            const moved = (by: number): number[][] =>
              values.map((list, at) => (at === part ? list.with(index, list[index]! + by) : list));
            expect(value).toBeCloseTo((along(moved(1)) - along(moved(-1))) / 2, 4);
          });
        });
      });
    });

    it('leaves nothing behind, and gives a tensor of its own', () => {
      const images = noise(given.images, 3);
      const shares = sharesOf(given);
      const before = tf.memory().numTensors;
      const mixed = blend(images, given.sources, shares);
      expect(mixed.id).not.toBe(images.id);
      expect(tf.memory().numTensors).toBe(before + 1);
      mixed.dispose();
      for (let step = 0; step < 3; step++) {
        tf.dispose(tf.grad((x) => blend(x, given.sources, shares))(images));
      }
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([images, 'masks' in shares ? shares.masks : []]);
    });
  });

  it('asks for the gradients that are wanted, and no other', () => {
    const images = noise([2, 2, 2, 3], 1) as tf.Tensor4D;
    const masks = noise([2, 2, 2, 2], 2) as tf.Tensor4D;
    const run = (x: tf.Tensor4D, m: tf.Tensor4D) => blend(x, [[0, 1], [1, 0]], { masks: m }); // biome-ignore format: rows
    const during = (action: () => tf.Tensor): string[] => {
      calls.length = 0;
      action().dispose();
      return [...calls];
    };
    const expected = (...names: string[]): string[] => (path === 'fused' ? names : []);
    expect(during(() => tf.grad((m) => run(images, m as tf.Tensor4D))(masks))).toEqual(
      expected('MixBlend', 'MixBlendMasksGrad'),
    );
    expect(during(() => tf.grad((x) => run(x as tf.Tensor4D, masks))(images))).toEqual(
      expected('MixBlend', 'MixBlendImagesGrad'),
    );
    tf.dispose([images, masks]);
  });
});

describe.each(testedBackends('cpu', 'wasm'))('copies on %s', (backend) => {
  useBackend(backend);

  // WebGPU may take numbers below the smallest normal one for 0.
  const tiny = backend === 'webgpu' ? 1.2e-38 : 1e-45;
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -0, tiny, 3e38, -1, 0.1, Number.NEGATIVE_INFINITY];
  const bits = (values: ArrayLike<number>): number[] => [
    ...new Int32Array(Float32Array.from(Array.from(values)).buffer),
  ];
  const pixels = (values: readonly number[]): tf.Tensor4D => tf.tensor4d([...values], [2, 2, 2, 1]);

  it.each<[string, Lists]>([
    ['all rows whole', [[1, 0], [1, 0]]], // biome-ignore format: rows
    ['all rows the other', [[0, 1], [0, 1]]], // biome-ignore format: rows
    ['each its own way', [[0, 1], [1, 0]]], // biome-ignore format: rows
  ])('every bit by λ of 0 and 1: %s', (_, lam) => {
    tf.tidy(() => {
      const got = blend(pixels(odd), [[0, 1], [1, 0]], { lam }); // biome-ignore format: rows
      const wanted = lam.flatMap(([own], row) =>
        (own === 1 ? odd.slice(row * 4) : odd.slice(4 - row * 4)).slice(0, 4),
      );
      expect(bits(got.dataSync())).toEqual(bits(wanted));
    });
  });

  it.each([1, 2])('every bit by masks of 0 and 1 in %i channels', (channels) => {
    tf.tidy(() => {
      const own = [1, 0, 0, 1, 0, 1, 1, 0];
      const masks = channels === 1 ? own : own.flatMap((share) => [share, 1 - share]);
      const got = blend(
        pixels(odd),
        [
          [0, 1],
          [1, 0],
        ],
        {
          // biome-ignore format: rows
          masks: tf.tensor4d(masks, [2, 2, 2, channels]),
        },
      );
      const wanted = own.map((share, index) => odd[share === 1 ? index : (index + 4) % 8] as number);
      expect(bits(got.dataSync())).toEqual(bits(wanted));
    });
  });
});

describe('wrong arguments', () => {
  const images = (): tf.Tensor => tf.ones([2, 2, 2, 1]);
  const lam = [[0.5, 0.5], [1, 0]]; // biome-ignore format: rows
  it.each<[string, () => unknown]>([
    [
      'blend: images must be float32 [2]; got "int32 [2]"',
      () => blend(tf.tensor1d([1, 2], 'int32'), [[0]], { lam: [[1]] }),
    ],
    ['blend: images must have rows; got []', () => blend(tf.scalar(1), [[0]], { lam: [[1]] })],
    ['blend: sources must be rows from 0 to 1; got [0,2]', () => blend(images(), [[0, 1], [0, 2]], { lam })], // biome-ignore format: rows
    ['blend: sources must have as many sources in every row, at least one; got [0]', () => blend(images(), [[0, 1], [0]], { lam })], // biome-ignore format: rows
    ['blend: lam must have as many rows as sources, 1; got 2', () => blend(images(), [[0, 1]], { lam })],
    [
      'blend: lam must have 1 finite shares in every row; got [0.5,0.5]',
      () => blend(images(), [[0], [1]], { lam }),
    ],
    [
      'blend: lam must have 1 finite shares in every row; got [null]',
      () => blend(images(), [[0]], { lam: [[Number.NaN]] }),
    ],
    [
      'blend: images must be [B,H,W,C] with masks; got [2,2]',
      () => blend(tf.ones([2, 2]), [[0]], { masks: tf.ones([1, 2, 2, 1]) }),
    ],
    [
      'blend: masks must be float32 [1,2,2,3]; got "float32 [1,2,2,1]"',
      () => blend(images(), [[0, 1, 1]], { masks: tf.ones([1, 2, 2, 1]) }),
    ],
    [
      'blend: masks must be float32 [1,2,2,2]; got "float32 [1,2,3,2]"',
      () => blend(images(), [[0, 1]], { masks: tf.ones([1, 2, 3, 2]) }),
    ],
  ])('say: %s', (message, action) => {
    expect(() => tf.tidy(() => void action())).toThrow(message);
  });

  it('are not: no rows', () => {
    tf.tidy(() => {
      expect(blend(images(), [], { lam: [] }).shape).toEqual([0, 2, 2, 1]);
      expect(blend(images(), [], { masks: tf.ones([0, 2, 2, 2]) }).shape).toEqual([0, 2, 2, 1]);
    });
  });
});
