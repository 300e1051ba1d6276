import { createRng, fromMixer, softmaxBce } from '@mix/core';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { manifoldIntercept, manifoldMixup, planManifoldMixup } from './manifold-mixup.js';
import { applyMixup } from './mixup.js';

useBackend('cpu');

const noise = (shape: [number, number], seed: number): tf.Tensor2D => {
  const rng = createRng(seed);
  const values = Array.from({ length: shape[0] * shape[1] }, () => 0.3 * rng.normal());
  return tf.tensor2d(values, shape);
};
const batch = () => tinyBatch({ size: 5, height: 2, width: 2, channels: 2 });
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
const context = { rng: createRng(0), step: 0, progress: 0 };

describe('manifoldMixup', () => {
  it('equals Mixup at the input', () => {
    const network = classifier();
    for (const options of [{}, { labelSmoothing: 0.1 }, { loss: softmaxBce }]) {
      const latent = manifoldMixup({ stages: [0], mode: 'elem', ...options });
      const got = latent.step(network, batch(), { ...context, rng: createRng(7) });
      const plan = planManifoldMixup([5, 2, 2], createRng(7), { stages: [0], mode: 'elem' });
      const input = fromMixer((images) => applyMixup(images, { ...plan, method: 'mixup' }), options);
      const wanted = input.step(network, batch(), context);
      const value = (from: typeof got) => from.losses['classifier']?.dataSync()[0];
      expect(value(got)).toBeCloseTo(value(wanted) as number, 6);
      for (const metric of ['lam', 'mixedAccuracy']) {
        expect(got.metrics[metric]?.dataSync()).toEqual(wanted.metrics[metric]?.dataSync());
      }
    }
  });

  it('sends the gradient below the mixed stage, into both rows', () => {
    const network = classifier();
    const method = manifoldMixup({ stages: [1], mode: 'elem' });
    const loss = () =>
      method.step(network, batch(), { ...context, rng: createRng(3) }).losses['classifier'] as tf.Scalar;
    const { weight1 } = network.variables as { weight1: tf.Variable };
    const { grads } = tf.variableGrads(loss, [weight1]);
    const gradient = (grads[weight1.name] as tf.Tensor).dataSync();
    const original = weight1.dataSync();
    for (const index of [0, 7, 20, 47]) {
      const at = (offset: number): number => {
        const moved = Float32Array.from(original);
        moved[index] = (moved[index] as number) + offset;
        weight1.assign(tf.tensor2d(moved, [8, 6]));
        return loss().dataSync()[0] as number;
      };
      const slope = (at(0.01) - at(-0.01)) / 0.02;
      expect(gradient[index]).toBeCloseTo(slope, 3);
    }
  });

  it('frees what it makes on the way, and has no state', () => {
    const method = manifoldMixup();
    expect(method.state()).toEqual({ tensors: {}, values: {} });
    const data = batch();
    const before = tf.memory().numTensors;
    const plan = planManifoldMixup([5, 2, 2], createRng(1), { stages: [0] });
    manifoldIntercept(plan).apply(data.images).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [1, 1, 1, 1],
    [1, 1, 9, 3],
    [3, 8, 1, 1],
    [5, 4, 7, 3],
  ])('blends features of %i rows of %ix%i, %i channels, and leaves them as they are', (...shape) => {
    const features = tinyBatch({
      size: shape[0],
      height: shape[1],
      width: shape[2],
      channels: shape[3],
    }).images;
    const before = [...features.dataSync()];
    const plan = planManifoldMixup([shape[0], 2, 2], createRng(0), { mode: 'elem' });
    expect(planManifoldMixup([shape[0], 2, 2], createRng(0), { mode: 'elem' })).toEqual(plan);
    const { partner, lam } = plan;
    const length = features.size / shape[0];
    const wanted = before.map((own, index) => {
      const row = Math.floor(index / length);
      const other = before[index + ((partner[row] as number) - row) * length] as number;
      return (lam[row] as number) * own + (1 - (lam[row] as number)) * other;
    });
    const mixed = manifoldIntercept(plan).apply(features);
    expect(mixed.shape).toEqual(features.shape);
    mixed.dataSync().forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 6));
    expect([...features.dataSync()]).toEqual(before);
  });

  it.each([
    [{ stages: [] }, /manifoldMixup: stages must name at least one/],
    [{ stages: [0.5] }, /manifoldMixup: stages must be an integer of at least 0; got 0.5/],
    [{ alpha: 0 }, /manifoldMixup: alpha must be above 0/],
    [{ mode: 'all' }, /manifoldMixup: mode must be one of/],
    [{ labelSmoothing: 2 }, /manifoldMixup: labelSmoothing must be a number from 0 to 1/],
  ])('refuses %j', (options, message) => {
    expect(() => manifoldMixup(options as never)).toThrow(message);
  });
});

describe('planManifoldMixup', () => {
  it('draws stages uniformly and λ from Beta(2, 2), one of each a batch', () => {
    const rng = createRng(1);
    const plans = Array.from({ length: 6000 }, () =>
      planManifoldMixup([2, 1, 1], rng, { stages: [0, 2, 4] }),
    );
    for (const stage of [0, 2, 4]) {
      const rate = plans.filter((plan) => plan.stage === stage).length / 6000;
      expect(Math.abs(rate - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 6000));
    }
    const lam = plans.map((plan) => plan.lam[0] as number);
    const variance = lam.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / 6000;
    // Beta(2, 2) has variance 1/20; its square's deviation is about 0.045.
    expect(Math.abs(variance - 0.05)).toBeLessThan(5 * (0.045 / Math.sqrt(6000)));
    expect(plans.every(({ lam: [a, b] }) => a === b)).toBe(true);
    expect(JSON.parse(JSON.stringify(plans[0]))).toEqual(plans[0]);
  });
});
