import { createRng, fromMixer, identity } from '@mix/core';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { augmix, augmixConsistency, jsdLoss } from './index.js';

useBackend('cpu');

const noise = (shape: [number, number], seed: number): tf.Tensor2D => {
  const rng = createRng(seed);
  const values = Array.from({ length: shape[0] * shape[1] }, () => rng.normal());
  return tf.tensor2d(values, shape);
};
const classifier = () =>
  twoLayerClassifier(
    {
      weight1: noise([8, 6], 1),
      bias1: noise([1, 6], 2),
      weight2: noise([6, 3], 3),
      bias2: noise([1, 3], 4),
    },
    tf.tanh,
  );
const batch = () => {
  const { images, labels } = tinyBatch({ size: 5, height: 2, width: 2, channels: 2 });
  // Two channels as one: AugMix takes grey images.
  return { images: tf.reshape(images, [5, 4, 2, 1]) as tf.Tensor4D, labels };
};
const number = (x: tf.Tensor | undefined): number => x?.dataSync()[0] as number;

describe('jsdLoss', () => {
  it('is 0 for equal views, and ln n for views that are sure of different things', () => {
    const before = tf.memory().numTensors;
    const view = noise([4, 3], 1);
    const same = jsdLoss([view, view, view]);
    expect(tf.memory().numTensors - before).toBe(2);
    for (const value of same.dataSync()) expect(value).toBeCloseTo(0, 6);
    const sure = [0, 1, 2].map((index) => tf.mul(tf.oneHot([index], 3), 200) as tf.Tensor2D);
    expect(number(jsdLoss(sure))).toBeCloseTo(Math.log(3), 5);
    expect(number(jsdLoss(sure.slice(1)))).toBeCloseTo(Math.log(2), 5);
    // With p = 0 against a mean of ½, clamped to 0.9: ½·(ln(1/0.9) + ln(1/0.9)).
    expect(number(jsdLoss(sure.slice(1), { clamp: 0.9 }))).toBeCloseTo(-Math.log(0.9), 5);
  });

  it('refuses a bound of 0, where the logarithm has none', () => {
    expect(() => jsdLoss([noise([1, 2], 1), noise([1, 2], 2)], { clamp: 0 })).toThrow('jsdLoss: clamp must');
  });

  it('has the gradient of finite differences, and a finite one at saturation', () => {
    const views = [1, 2, 3].map((seed) => noise([2, 3], seed));
    const loss = (...given: tf.Tensor[]) => tf.sum(jsdLoss(given as tf.Tensor2D[]));
    const gradients = tf.grads(loss)(views);
    gradients.forEach((gradient, view) => {
      const original = views[view]?.dataSync() as Float32Array;
      [0, 4].forEach((index) => {
        const at = (offset: number): number => {
          const moved = Float32Array.from(original);
          moved[index] = (moved[index] as number) + offset;
          return number(loss(...views.map((z, other) => (other === view ? tf.tensor2d(moved, [2, 3]) : z))));
        };
        expect(gradient.dataSync()[index]).toBeCloseTo((at(0.02) - at(-0.02)) / 0.04, 3);
      });
    });
    const sure = [0, 1].map((index) => tf.mul(tf.oneHot([index], 2), 300) as tf.Tensor2D);
    for (const gradient of tf.grads(loss)(sure)) {
      expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses one view, and views of different shapes', () => {
    expect(() => jsdLoss([noise([2, 3], 1)])).toThrow(/jsdLoss: views must be at least 2; got 1/);
    expect(() => jsdLoss([noise([2, 3], 1), noise([3, 3], 1)])).toThrow(
      /views must all have the shape \[2,3\]/,
    );
  });
});

describe('augmixConsistency', () => {
  it('adds the weighted divergence of three views to the loss of the clean images', () => {
    const network = classifier();
    const context = () => ({ rng: createRng(2), step: 0, progress: 0 });
    const plain = fromMixer(identity, { labelSmoothing: 0.1 }).step(network, batch(), context());
    const weighted = (weight: number) =>
      augmixConsistency({ severity: 8, weight, labelSmoothing: 0.1 }).step(network, batch(), context());
    const base = number(plain.losses['classifier']);
    expect(number(weighted(0).losses['classifier'])).toBeCloseTo(base, 5);
    const { losses, metrics } = weighted(3);
    const rng = createRng(2);
    const views = [batch().images, ...[0, 1].map(() => augmix({ severity: 8 })(batch(), { rng }).images)];
    const logits = views.map((images) => network.forward(images, { training: true }).logits);
    const jsd = number(tf.mean(jsdLoss(logits)));
    expect(jsd).toBeGreaterThan(1e-3);
    expect(number(metrics['jsd'])).toBeCloseTo(jsd, 5);
    expect(number(losses['classifier'])).toBeCloseTo(base + 3 * jsd, 4);
    expect(number(metrics['mixedAccuracy'])).toBe(number(plain.metrics['mixedAccuracy']));
  });

  it('has no state, and refuses wrong options', () => {
    expect(augmixConsistency().state()).toEqual({ tensors: {}, values: {} });
    expect(() => augmixConsistency({ weight: -1 })).toThrow(
      /augmixConsistency: weight must be a finite number of at least 0/,
    );
    expect(() => augmixConsistency({ severity: 0 })).toThrow(/augmixConsistency: severity must be/);
  });
});
