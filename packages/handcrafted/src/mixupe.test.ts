import { createRng, fromMixer } from '@mix/core';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { applyMixup, planMixup } from './mixup.js';
import { mixupe } from './mixupe.js';
import { mixupeLoss, mixupePenalty, mixupeScale } from './mixupe-penalty.js';

useBackend('cpu');

const noise = (shape: [number, number], seed: number): tf.Tensor2D => {
  const rng = createRng(seed);
  return tf.tensor2d(
    Array.from({ length: shape[0] * shape[1] }, () => rng.normal()),
    shape,
  );
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
const batch = () => tinyBatch({ size: 5, height: 2, width: 2, channels: 2 });
const context = () => ({ rng: createRng(4), step: 0, progress: 0 });
const number = (x: tf.Tensor | undefined): number => x?.dataSync()[0] as number;

describe('mixupePenalty', () => {
  // Two rows, two classes: p = ½ each, and p = (e²/(e²+1), 1/(e²+1)).
  const logits = () => tf.tensor2d([1, 1, 2, 0], [2, 2]);
  const labels = () => tf.tensor1d([0, 1], 'int32');
  const second = -2 / (1 + Math.exp(-2));

  it('counts the rows below the threshold over all rows', () => {
    const { penalty, directional } = mixupePenalty(logits(), labels(), { alpha: 1 });
    expect([...directional.dataSync()][0]).toBeCloseTo(0, 6);
    expect([...directional.dataSync()][1]).toBeCloseTo(second, 6);
    expect(number(penalty)).toBeCloseTo((-1 / 3 / 2) * second, 6);
    expect(number(mixupePenalty(logits(), labels(), { threshold: -5 }).penalty)).toBeCloseTo(0, 12);
    expect(number(mixupePenalty(logits(), labels(), { threshold: -5, version: 'v4' }).penalty)).toBeCloseTo(
      (-2 / 5 / 2) * second,
      6,
    );
  });

  it('takes soft labels, and differs in its gradient between versions', () => {
    const soft = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    expect(number(mixupePenalty(logits(), soft).penalty)).toBeCloseTo(
      number(mixupePenalty(logits(), labels()).penalty),
      6,
    );
    const gradient = (version: 'v3' | 'v4') =>
      tf
        .grad((f) => mixupePenalty(f as tf.Tensor2D, labels(), { version }).penalty)(logits())
        .arraySync() as number[][];
    // v4: −(c/B)·(y − p), with c = 2/5.
    expect(gradient('v4')[0]?.[0]).toBeCloseTo(-0.2 * 0.5, 6);
    const p = 1 / (1 + Math.exp(-2));
    // v3 adds what flows through p: f·p·(1 − p) of the class.
    expect(gradient('v3')[1]?.[0]).toBeCloseTo(-0.2 * (-p - 2 * p * (1 - p)), 6);
  });
});

describe('mixupeLoss', () => {
  it('keeps the size of its base, and scales nothing by zero', () => {
    expect(number(mixupeLoss(tf.scalar(2), tf.scalar(-1), 0.5))).toBeCloseTo(2, 6);
    expect(number(mixupeLoss(tf.scalar(2), tf.scalar(-6), 0.5))).toBeCloseTo(-2, 6);
    expect(number(mixupeLoss(tf.scalar(1), tf.scalar(-1), 1))).toBe(0);
    expect(number(mixupeLoss(tf.scalar(0), tf.scalar(3), 1))).toBe(0);
  });
});

describe('mixupe', () => {
  it("has Mixup's loss, and another gradient", () => {
    const network = classifier();
    const mix = fromMixer((images) => applyMixup(images, planMixup([5, 2, 2], createRng(4), { alpha: 2 })));
    const method = mixupe({ eta: 0.5 });
    const plain = mix.step(network, batch(), context());
    const strong = method.step(network, batch(), context());
    expect(number(strong.losses['classifier'])).toBeCloseTo(number(plain.losses['classifier']), 5);
    expect(number(strong.metrics['lam'])).toBe(number(plain.metrics['lam']));
    expect(Number.isFinite(number(strong.metrics['penalty']))).toBe(true);
    const gradients = [mix, method, mixupe({ eta: 0 })].map((one) => {
      const { grads } = tf.variableGrads(
        () => one.step(network, batch(), context()).losses['classifier'] as tf.Scalar,
        Object.values(network.variables),
      );
      return (grads[(network.variables['weight2'] as tf.Variable).name] as tf.Tensor).dataSync();
    });
    const largest = (a: number): number =>
      Math.max(
        ...[...(gradients[a] ?? [])].map((value, index) =>
          Math.abs(value - (gradients[0]?.[index] as number)),
        ),
      );
    expect(largest(1)).toBeGreaterThan(1e-3);
    expect(largest(2)).toBeLessThan(1e-6);
  });

  it.each([
    [{ version: 'v5' }, /mixupe: version must be one of 'v1', 'v2', 'v3', 'v4'; got "v5"/],
    [{ alpha: -1 }, /mixupe: alpha must be above 0/],
    [{ eta: -1 }, /mixupe: eta must be a finite number of at least 0/],
    [{ threshold: Infinity }, /mixupe: threshold must be a finite number/],
    [{ mode: 'all' }, /mixupe: mode must be one of/],
    [{ labelSmoothing: -1 }, /mixupe: labelSmoothing must be a number from 0 to 1/],
  ])('refuses %j', (options, message) => {
    expect(() => mixupe(options as never)).toThrow(message);
  });
});

it('has the mean of Beta(alpha + 1, alpha) for its scale', () => {
  expect(mixupeScale(1)).toBeCloseTo(1 / 3, 12);
  expect(mixupeScale(Infinity)).toBe(0.5);
});
