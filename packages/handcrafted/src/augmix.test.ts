import { type Applier, createRng, type Mixer } from '@mix/core';
import { describeMixer, describeOnBackends, tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type AugmixOp,
  type AugmixPlan,
  allAugmixOps,
  applyAugmix,
  augmix,
  augmixAmount,
  augmixOps,
  mixChains,
  planAugmix,
} from './index.js';

const appliers: Record<string, Applier> = { augmix: applyAugmix };
const table: [name: string, mixer: Mixer][] = [
  ['augmix, all operations, normalised', augmix({ ops: allAugmixOps, severity: 10, mean: 0.5, std: 0.25 })],
  ['augmix, one chain of 4', augmix({ width: 1, depth: 4, alpha: 0.2, std: 1 / 255 })],
];
for (const [name, mixer] of table) describeMixer(name, mixer, { appliers, moves: true });
describe('draws', () => describeOnBackends(table));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('planAugmix', () => {
  const shape = [4000, 30, 60] as const;

  it('draws Dirichlet weights, a Beta share, 1 to 3 operations a chain, and each operation as often', () => {
    const { rows } = planAugmix(shape, createRng(3));
    expect(
      Math.max(...rows.map(({ weights }) => Math.abs(weights.reduce((a, b) => a + b) - 1))),
    ).toBeLessThan(1e-12);
    // Exchangeable, although drawn one after another: each weight has mean 1/3 and deviation 1/√18, the share ½ and 1/√12.
    for (const index of [0, 1, 2]) {
      const weight = rows.map(({ weights }) => weights[index] as number);
      expect(Math.abs(mean(weight) - 1 / 3)).toBeLessThan(5 / Math.sqrt(18 * 4000));
      expect(Math.abs(mean(weight.map((w) => w * w)) - 1 / 6)).toBeLessThan(5 * 0.003);
    }
    expect(Math.abs(mean(rows.map(({ share }) => share)) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * 4000));
    const chains = rows.flatMap((row) => row.chains);
    expect(chains).toHaveLength(12_000);
    for (const depth of [1, 2, 3]) {
      const share = chains.filter((chain) => chain.length === depth).length / 12_000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 12_000));
    }
    const operations = chains.flat();
    for (const op of augmixOps) {
      const share = operations.filter((one) => one.op === op).length / operations.length;
      expect(Math.abs(share - 1 / 9)).toBeLessThan(5 * Math.sqrt(8 / 81 / operations.length));
    }
    expect(operations.every(({ op }) => (augmixOps as readonly AugmixOp[]).includes(op))).toBe(true);
  });

  it('draws levels up to the severity, and both signs', () => {
    const { rows } = planAugmix(shape, createRng(5), { severity: 10, ops: ['shearX', 'translateY'] });
    const amounts = (op: AugmixOp): number[] =>
      rows.flatMap((row) => row.chains.flat().flatMap((one) => (one.op === op ? [one.amount] : [])));
    const shears = amounts('shearX');
    expect(shears.every((amount) => Math.abs(amount) >= 0.003 && Math.abs(amount) <= 0.3)).toBe(true);
    expect(Math.abs(mean(shears.map(Math.abs)) - 0.1515)).toBeLessThan(
      (5 * 0.0857) / Math.sqrt(shears.length),
    );
    const negative = shears.filter((amount) => amount < 0).length / shears.length;
    expect(Math.abs(negative - 0.5)).toBeLessThan(2.5 / Math.sqrt(shears.length));
    expect(new Set(amounts('translateY').map(Math.abs))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(amounts('translateY').some((amount) => Object.is(amount, -0))).toBe(false);
  });

  it('spreads weights evenly as alpha grows', () => {
    const { rows } = planAugmix([2, 8, 8], createRng(0), { width: 4, alpha: Infinity });
    for (const { weights, share } of rows) {
      weights.forEach((weight) => expect(weight).toBeCloseTo(0.25, 12));
      expect(share).toBe(0.5);
    }
    const sharp = planAugmix([50, 8, 8], createRng(0), { alpha: 1e-4 }).rows;
    expect(sharp.every(({ weights }) => weights.every((w) => w >= 0 && w <= 1))).toBe(true);
  });

  it.each([
    [{ severity: 11 }, /augmix: severity must be a number from 0.1 to 10/],
    [{ width: 0 }, /augmix: width must be an integer of at least 1/],
    [{ depth: 0 }, /augmix: depth must be an integer of at least 1/],
    [{ alpha: 0 }, /augmix: alpha must be above 0/],
    [{ ops: [] }, /augmix: ops must be some of autocontrast/],
    [{ ops: ['blur'] }, /augmix: ops must be some of/],
    [{ mean: Number.NaN }, /augmix: mean must be a finite number/],
    [{ std: [1, 0, 1] }, /augmix: std must be a finite number above 0/],
  ])('refuses %j', (options, message) => {
    expect(() => augmix(options as never)).toThrow(message);
  });
});

describe('augmixAmount', () => {
  it.each<[AugmixOp, number, number]>([
    ['posterize', 2.6, 3],
    ['posterize', 10, 0],
    ['rotate', 2.9, 8],
    ['solarize', 0.1, 254],
    ['translateX', 9.9, 19],
    ['translateY', 9.9, 9],
    ['sharpness', 10, 1.9],
    ['equalize', 3, 0],
  ])('%s at level %d is %d', (op, level, amount) => {
    expect(augmixAmount(op, level, [30, 60])).toBeCloseTo(amount, 12);
  });
});

describe('applyAugmix', () => {
  useBackend('cpu');
  const planOf = (rows: AugmixPlan['rows'], scale = { mean: 0, std: 1 }): AugmixPlan => ({
    method: 'augmix',
    shape: [rows.length, 1, 3],
    rows,
    scale,
  });
  const batch = (pixels: number[], rows = 1) => ({
    images: tf.tensor4d(pixels, [rows, 1, 3, 1]),
    labels: tf.zeros<tf.Rank.R1>([rows], 'int32'),
  });
  const solarized = [[{ op: 'solarize', amount: 128 }]] as const;

  it('does a chain one operation after another, and mixes what comes out with the image', () => {
    const chains = [
      [
        { op: 'solarize', amount: 128 },
        { op: 'translateX', amount: 1 },
      ],
      [{ op: 'posterize', amount: 0 }],
    ] as const;
    const plan = planOf([{ share: 0.5, weights: [0.25, 0.75], chains }], { mean: 0, std: 1 / 255 });
    const mixed = applyAugmix(batch([10, 200, 100]), plan).images.dataSync();
    // Solarised to 10, 55, 100, then moved to 55, 100, 0; the other chain is black.
    [5 + 55 / 8, 100 + 100 / 8, 50].forEach((value, index) => expect(mixed[index]).toBeCloseTo(value, 4));
  });

  it('gives the same whether it comes before or after normalisation', () => {
    const images = tf.div(tf.floor(tf.mul(tf.abs(tinyBatch().images), 255)), 255) as tf.Tensor4D;
    const { labels } = tinyBatch();
    const [shift, scale] = [tf.tensor1d([0.49, 0.48, 0.45]), tf.tensor1d([0.25, 0.24, 0.26])];
    const normalised = tf.div(tf.sub(images, shift), scale) as tf.Tensor4D;
    const options = { severity: 10, ops: allAugmixOps };
    const before = augmix(options)({ images, labels }, { rng: createRng(1) }).images;
    const after = augmix({ ...options, mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] })(
      { images: normalised, labels },
      { rng: createRng(1) },
    ).images;
    const wanted = tf.div(tf.sub(before, shift), scale).dataSync();
    after.dataSync().forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 5));
  });

  it('keeps its own share free of rounding, and clips and rounds for the chains alone', () => {
    const pixels = [0.12345, -3, 7];
    const own = applyAugmix(batch(pixels), planOf([{ share: 0, weights: [1], chains: solarized }]));
    expect([...own.images.dataSync()]).toEqual([...Float32Array.from(pixels)]);
    const chain = applyAugmix(
      batch([0.12345, Number.NaN, Infinity]),
      planOf([{ share: 1, weights: [1], chains: solarized }]),
    );
    expect([...chain.images.dataSync()]).toEqual([Math.fround(31 / 255), 0, 0]);
  });

  it('refuses what it cannot do', () => {
    const row = { share: 1, weights: [1], chains: solarized };
    const apply = (rows: unknown, scale?: unknown) => () =>
      applyAugmix(batch([0, 0, 0]), planOf(rows as never, scale as never));
    expect(apply([])).toThrow(/applyAugmix/);
    expect(apply([{ ...row, chains: [[{ op: 'blur', amount: 1 }]] }])).toThrow(/have operations out of/);
    expect(apply([{ ...row, chains: [[{ op: 'posterize', amount: 9 }]] }])).toThrow(
      /'posterize' can use; got 9/,
    );
    expect(apply([{ ...row, chains: [[{ op: 'rotate', amount: null }]] }])).toThrow(/'rotate' can use/);
    expect(apply([{ ...row, weights: [0.5] }])).toThrow(/mixChains: weights must be 1 shares that sum to 1/);
    expect(apply([{ ...row, share: 2 }])).toThrow(/mixChains: share must be a number from 0 to 1/);
    expect(apply([row], { mean: [0, 0], std: 1 })).toThrow(/mean must be a number, or one for each of 1/);
    const images = tf.zeros<tf.Rank.R4>([1, 1, 3, 2]);
    expect(() => applyAugmix({ ...batch([0, 0, 0]), images }, planOf([row]))).toThrow(
      /images must have 1 or 3 channels; got 2/,
    );
    expect(() => mixChains(new Float32Array(2), [new Float32Array(3)], [1], 1)).toThrow(/have 2 values each/);
  });
});
