import { type Batch, createRng } from '@mix/core';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { mixupe } from './mixupe.js';
import { mixupeDirectional } from './mixupe-directional.js';

useBackend('wasm');

const number = (x: tf.Tensor | undefined): number => x?.dataSync()[0] as number;
const softmax0 = (z: number): number => 1 / (1 + Math.exp(-z));

// Rows of two pixels; the logits are a·Σ x² and 0, so that all is known in closed form.
const rows = [
  [1, 0.5],
  [0.2, -1],
  [-0.6, 0.4],
];
const batch = (): Batch => ({
  images: tf.tensor4d(rows.flat(), [3, 1, 2, 1]),
  labels: tf.tensor1d([0, 1, 0], 'int32'),
});
const squares =
  (a: tf.Tensor) =>
  (images: tf.Tensor4D): tf.Tensor2D => {
    const first = tf.mul(tf.sum(tf.square(images), [1, 2, 3]), a);
    return tf.stack([first, tf.zerosLike(first)], 1) as tf.Tensor2D;
  };
const A = 0.7;
const mean = [0.3, -0.1];
// p − y of class 0, and ⟨2x, x̄ − x⟩.
const parts = rows.map((x, row) => ({
  error: softmax0(A * x.reduce((sum, value) => sum + value * value, 0)) - (row === 1 ? 0 : 1),
  along: x.reduce((sum, value, pixel) => sum + 2 * value * ((mean[pixel] as number) - value), 0),
}));
const q = parts.map(({ error, along }) => error * A * along);

describe('mixupeDirectional', () => {
  it.each<['v1' | 'v2', number, (value: number) => number]>([
    ['v1', 1, () => 1],
    ['v1', 0.1, (value) => (value < 0.1 ? 1 : 0)],
    ['v1', -9, () => 0],
    ['v2', 1, Math.sign],
  ])(
    '%s with threshold %d has the values and the gradient of the closed form',
    (version, threshold, counted) => {
      const options = { alpha: 1, version, threshold, mean };
      const before = tf.memory().numTensors;
      const given = batch();
      const a = tf.scalar(A);
      const { penalty, directional } = mixupeDirectional(squares(a), given, options);
      expect(tf.memory().numTensors - before).toBe(5);
      q.forEach((value, row) => expect(directional.dataSync()[row]).toBeCloseTo(value, 5));
      const total = (values: readonly number[]): number =>
        values.reduce((sum, value, row) => sum + value * counted(q[row] as number), 0) / 9;
      expect(number(penalty)).toBeCloseTo(total(q), 5);
      // p − y is a constant: by a, each q is ⟨2x, x̄ − x⟩·(p − y).
      const slope = tf.grad((by) => mixupeDirectional(squares(by), given, options).penalty)(a);
      expect(number(slope)).toBeCloseTo(total(q.map((value) => value / A)), 4);
    },
  );

  it('has the gradient of a network that bends within a step', () => {
    const [a, x, towards] = [2, 0.15, 4];
    const images = tf.tensor4d([x], [1, 1, 1, 1]);
    const given = { images, labels: tf.tensor1d([0], 'int32') };
    const forward =
      (by: tf.Tensor) =>
      (of: tf.Tensor4D): tf.Tensor2D => {
        // tf.tanh written out: 2·σ(2z) − 1.
        const bent = tf.sub(tf.mul(tf.sigmoid(tf.mul(tf.reshape(of, [1]), tf.mul(by, 2))), 2), 1);
        return tf.stack([bent, tf.zerosLike(bent)], 1) as tf.Tensor2D;
      };
    const options = { alpha: 1, mean: towards } as const;
    const slope = tf.grad((by) => mixupeDirectional(forward(by), given, options).penalty)(tf.scalar(a));
    // q = (p − y)·(x̄ − x)·a·sech²(ax), by a with p − y as a constant; c = 1/3.
    const tanh = Math.tanh(a * x);
    const wanted = ((softmax0(tanh) - 1) * (towards - x) * (1 - tanh ** 2) * (1 - 2 * a * x * tanh)) / 3;
    expect(Math.abs(number(slope) / wanted - 1)).toBeLessThan(2e-4);
  });

  it('counts what rows do to each other, as BatchNorm makes them', () => {
    // Logits a·s·mean(s) and 0, s the sum of a row's pixels.
    const coupled =
      (a: tf.Tensor) =>
      (images: tf.Tensor4D): tf.Tensor2D => {
        const sums = tf.sum(images, [1, 2, 3]);
        const first = tf.mul(tf.mul(sums, tf.mean(sums)), a);
        return tf.stack([first, tf.zerosLike(first)], 1) as tf.Tensor2D;
      };
    const sums = rows.map((x) => x.reduce((sum, value) => sum + value));
    const average = sums.reduce((a, b) => a + b) / 3;
    const errors = sums.map((s, row) => softmax0(A * s * average) - (row === 1 ? 0 : 1));
    const weighted = errors.reduce((sum, error, row) => sum + error * (sums[row] as number), 0) / 3;
    const wanted = sums.map((s, row) => A * ((errors[row] as number) * average + weighted) * (0.4 - s));
    const options = { version: 'v1', alpha: 1, mean: 0.2, threshold: -0.05 } as const;
    const got = mixupeDirectional(coupled(tf.scalar(A)), batch(), options);
    wanted.forEach((value, row) => expect(got.directional.dataSync()[row]).toBeCloseTo(value, 5));
    const below = wanted.filter((value) => value < -0.05);
    expect(below.length).toBeGreaterThan(0);
    expect(below.length).toBeLessThan(3);
    const slope = tf.grad((by) => mixupeDirectional(coupled(by), batch(), options).penalty)(tf.scalar(A));
    expect(number(slope)).toBeCloseTo(below.reduce((sum, value) => sum + value / A, 0) / 9, 4);
  });

  it('takes a mean of one value, of each channel or of each pixel, and nothing else', () => {
    const { images, labels } = tinyBatch({ size: 2, height: 1, width: 2, channels: 2 });
    const forward = (x: tf.Tensor4D): tf.Tensor2D => tf.square(tf.reshape(x, [2, 4])) as tf.Tensor2D;
    const of = (given: number | number[]): number[] => [
      ...mixupeDirectional(forward, { images, labels }, { mean: given }).directional.dataSync(),
    ];
    expect(of([0.5, 0.5])).toEqual(of(0.5));
    expect(of([0.5, 0.5, 0.5, 0.5])).toEqual(of(0.5));
    expect(of([0.5, 0.1])).toEqual(of([0.5, 0.1, 0.5, 0.1]));
    expect(of([0.5, 0.1])).not.toEqual(of(0.5));
    expect(() => of([1, 2, 3])).toThrow(
      /mixupeDirectional: mean must hold 2 values, or the 4 of an image; got 3/,
    );
    expect(() => mixupeDirectional(forward, { images, labels }, { version: 'v3' as never })).toThrow(
      /version must be one of 'v1', 'v2'/,
    );
  });
});

describe('mixupe of versions 1 and 2', () => {
  it('penalises the derivative along the way to the mean, and trains by it', () => {
    const noise = (shape: [number, number], seed: number): tf.Tensor2D => {
      const rng = createRng(seed);
      return tf.tensor2d(
        Float32Array.from({ length: shape[0] * shape[1] }, () => rng.normal()),
        shape,
      );
    };
    const network = twoLayerClassifier(
      {
        weight1: noise([8, 6], 1),
        bias1: noise([1, 6], 2),
        weight2: noise([6, 3], 3),
        bias2: noise([1, 3], 4),
      },
      tf.tanh,
    );
    const given = tinyBatch({ size: 5, height: 2, width: 2, channels: 2 });
    const run = (version: 'v1' | 'v2', eta: number) =>
      mixupe({ version, eta, mean: [0.1, -0.1] }).step(network, given, {
        rng: createRng(4),
        step: 0,
        progress: 0,
      });
    for (const version of ['v1', 'v2'] as const) {
      const { losses, metrics } = run(version, 0.5);
      const forward = (x: tf.Tensor4D): tf.Tensor2D => network.forward(x, { training: true }).logits;
      const { penalty } = mixupeDirectional(forward, given, { version, mean: [0.1, -0.1] });
      expect(number(metrics['penalty'])).toBeCloseTo(number(penalty), 6);
      expect(Math.abs(number(losses['classifier']))).toBeCloseTo(
        number(run(version, 0).losses['classifier']),
        5,
      );
    }
    const gradient = (eta: number): Float32Array => {
      const weight = network.variables['weight1'] as tf.Variable;
      const { grads } = tf.variableGrads(() => run('v2', eta).losses['classifier'] as tf.Scalar, [weight]);
      return (grads[weight.name] as tf.Tensor).dataSync() as Float32Array;
    };
    const [plain, penalised] = [gradient(0), gradient(0.5)];
    expect(
      Math.max(...penalised.map((value, at) => Math.abs(value - (plain[at] as number)))),
    ).toBeGreaterThan(1e-3);
  });
});
