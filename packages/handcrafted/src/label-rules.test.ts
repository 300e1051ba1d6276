import {
  type Classifier,
  createRng,
  denseTargets,
  disposeMixed,
  fromMixer,
  identity,
  type Mixer,
  type SparseTargets,
  smoothTargets,
} from '@mix/core';
import { describeMixer, tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyCutmix, applyMixup, cutmix, lumix, lumixTargets, mixup, remix, remixTargets } from './index.js';

useBackend('cpu');

const pair = (classes: number[][], weights: number[][]): SparseTargets => ({
  kind: 'sparse',
  classes: tf.tensor2d(classes, undefined, 'int32'),
  weights: tf.tensor2d(weights),
});
const own = (targets: SparseTargets): number[] => [...tf.slice(targets.weights, [0, 0], [-1, 1]).dataSync()];
const rounded = (values: readonly number[]): number[] => values.map((value) => Math.round(value * 1e6) / 1e6);

describe('remixTargets', () => {
  // Class 0 has 3 times the images of class 1 exactly, class 2 a few more than class 1.
  const counts = [300, 100, 101];

  it('gives the label to the rarer class where the frequent one shows less of itself', () => {
    const rows = [
      [0, 1, 0.4],
      [0, 1, 0.5],
      [1, 0, 0.6],
      [1, 0, 0.5],
      [1, 0, 0.3],
      [0, 2, 0.1],
      [1, 2, 0.1],
      [0, 0, 0.1],
    ] as const;
    const targets = pair(
      rows.map(([a, b]) => [a, b]),
      rows.map(([, , lam]) => [lam, 1 - lam]),
    );
    const before = tf.memory().numTensors;
    const changed = remixTargets(targets, { counts });
    expect(tf.memory().numTensors - before).toBe(2);
    expect(rounded(own(changed))).toEqual([0, 0.5, 1, 0.5, 0.3, 0.1, 0.1, 0.1]);
    expect(rounded(own(remixTargets(targets, { counts, kappa: Infinity })))).toEqual(
      rows.map(([, , lam]) => lam),
    );
    for (const mass of tf.sum(changed.weights, 1).dataSync()) expect(mass).toBeCloseTo(1, 6);
  });

  it('lets the first rule win where both hold', () => {
    expect(own(remixTargets(pair([[0, 1]], [[0.5, 0.5]]), { counts: [7, 7], kappa: 1, tau: 0.6 }))).toEqual([
      0,
    ]);
  });

  it.each([
    [{ counts: [] }, /remix: counts must be at least 1 for each class/],
    [{ counts: [1, 0] }, /remix: counts must be at least 1/],
    [{ counts: [1], kappa: 0.5 }, /kappa must be a number from 1/],
    [{ counts: [1], tau: 2 }, /tau must be a number from 0 to 1/],
  ])('refuses %j', (options, message) => {
    expect(() => remix(mixup(), options)).toThrow(message);
  });

  it('refuses soft labels, and three sources', () => {
    const soft = tf.tensor2d([[1, 0]]);
    const rows = { images: tf.zeros<tf.Rank.R4>([1, 2, 2, 1]), labels: soft };
    expect(() => remix(mixup(), { counts: [1, 1] })(rows, { rng: createRng(0) })).toThrow(
      /labels must be int32/,
    );
    expect(() => remixTargets({ kind: 'dense', values: soft }, { counts: [1, 1] })).toThrow(
      /classes with weights/,
    );
    const three = pair([[0, 1, 0]], [[0.2, 0.3, 0.5]]);
    expect(() => remixTargets(three, { counts: [1, 1] })).toThrow(/at most two sources/);
  });
});

describe('remix', () => {
  it.each<[string, Mixer, Mixer]>([
    ['mixup', mixup(), remix(mixup(), { counts: [90, 10, 1] })],
    ['cutmix', cutmix({ mode: 'elem' }), remix(cutmix({ mode: 'elem' }), { counts: [90, 10, 1] })],
  ])('keeps images, λ and plan of %s, and no label of a rarer class gets less', (_name, plain, mixer) => {
    const batch = tinyBatch({ size: 7 });
    for (let seed = 0; seed < 20; seed++) {
      const before = tf.memory().numTensors;
      const mixed = mixer(batch, { rng: createRng(seed) });
      expect(tf.memory().numTensors - before).toBe(5);
      const base = plain(batch, { rng: createRng(seed) });
      expect(mixed.plan).toEqual(base.plan);
      expect(mixed.images.dataSync()).toEqual(base.images.dataSync());
      expect(mixed.lam.dataSync()).toEqual(base.lam.dataSync());
      const rare = (x: typeof mixed): Float32Array =>
        tf.slice(denseTargets(x.targets, 3), [0, 2], [-1, 1]).dataSync() as Float32Array;
      const least = rare(base);
      rare(mixed).forEach((value, row) => expect(value).toBeGreaterThanOrEqual(least[row] as number));
      disposeMixed(mixed);
    }
  });

  it('leaves nothing behind when a class has no count', () => {
    const batch = tinyBatch({ size: 7 });
    const before = tf.memory().numTensors;
    expect(() => remix(mixup(), { counts: [5] })(batch, { rng: createRng(0) })).toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves unmixed rows alone', () => {
    const mixed = remix(identity, { counts: [9, 3, 1] })(tinyBatch(), { rng: createRng(0) });
    expect([...(mixed.targets as SparseTargets).weights.dataSync()]).toEqual([1, 1, 1, 1]);
  });
});

// Of one class more often than of the others: images and labels go through either path of the contract.
const int32Only = remix(mixup(), { counts: [90, 10, 1] });
const anyLabels: Mixer = (batch, context) =>
  batch.labels.rank === 1 ? int32Only(batch, context) : hardened(batch, context);
const hardened: Mixer = (batch, context) =>
  int32Only({ images: batch.images, labels: tf.argMax(batch.labels, 1) as tf.Tensor1D }, context);
describeMixer('remix', anyLabels, { appliers: { mixup: applyMixup, cutmix: applyCutmix }, relabels: true });

describe('lumixTargets', () => {
  it('weighs λ, the model and the noise', () => {
    const logits = tf.tensor2d([[2, 0, 1]]);
    const targets = pair([[0, 2]], [[0.3, 0.7]]);
    const changed = own(lumixTargets(targets, logits, [0.9], { noise: 0.2, prediction: 0.5 }));
    expect(changed[0]).toBeCloseTo(0.3 * 0.3 + 0.5 / (1 + Math.exp(-1)) + 0.2 * 0.9, 6);
  });

  it('is a no-op bit for bit without shares, and where nothing is mixed', () => {
    const logits = tf.tensor2d([[2, 0, 1]]);
    const targets = pair([[0, 2]], [[0.3, 0.7]]);
    const same = lumixTargets(targets, logits, [0.9], { noise: 0, prediction: 0 });
    expect(same.weights.dataSync()).toEqual(targets.weights.dataSync());
    expect(own(lumixTargets(pair([[0, 2]], [[1, 0]]), logits, [0.5]))).toEqual([1]);
    expect(own(lumixTargets(pair([[1]], [[1]]), logits, [0.5]))).toEqual([1]);
  });

  it('refuses shares above 1 in all, and noise of another length', () => {
    expect(() => lumix(mixup(), { noise: 0.7, prediction: 0.5 })).toThrow(
      /noise \+ prediction must be at most 1/,
    );
    expect(() => lumix(mixup(), { alpha: 0 })).toThrow(/lumix: alpha must be/);
    expect(() => lumixTargets(pair([[0, 1]], [[0.5, 0.5]]), tf.zeros([1, 2]), [])).toThrow(
      /noise must hold 1/,
    );
  });
});

describe('lumix', () => {
  const fixed = (logits: tf.Tensor2D): Classifier => ({
    numClasses: 3,
    variables: {},
    forward: () => ({ logits, embedding: logits, stages: [] }),
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  });
  const opinions = (): tf.Tensor2D => tf.tensor2d([1, 0, -1, 0.5, 0, 2, 0, 3, 0, 1, 1, 1], [4, 3]);
  const run = (method: ReturnType<typeof lumix>, seed: number): number =>
    method
      .step(fixed(opinions()), tinyBatch(), { rng: createRng(seed), step: 0, progress: 0 })
      .losses['classifier']?.dataSync()[0] as number;

  it('changes the loss, the same way for the same seed, and is the mixer alone without shares', () => {
    const plain = fromMixer(cutmix());
    const none = lumix(cutmix(), { noise: 0, prediction: 0 });
    const some = lumix(cutmix());
    for (let seed = 0; seed < 5; seed++) {
      expect(run(none, seed)).toBe(run(plain, seed));
      expect(run(some, seed)).toBe(run(some, seed));
    }
    expect(run(some, 1)).not.toBe(run(plain, 1));
  });

  it('smooths after the rule, and the whole chain keeps the mass of labels', () => {
    const mixed = remix(mixup(), { counts: [90, 10, 1] })(tinyBatch(), { rng: createRng(0) });
    const disturbed = lumixTargets(mixed.targets, opinions(), [0.1, 0.2, 0.3, 0.4]);
    const smoothed = smoothTargets(disturbed, { smoothing: 0.1, numClasses: 3 });
    for (const mass of tf.sum(smoothed.values, 1).dataSync()) expect(mass).toBeCloseTo(1, 6);
    expect(run(lumix(mixup(), { labelSmoothing: 0.1 }), 0)).not.toBe(run(lumix(mixup()), 0));
  });
});
