import { createRng, denseTargets, isMixError, mixTargets, softmaxBce } from '@mix/core';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyMixup, bilateral, classTemperatures, planMixup, twoBranch } from './index.js';
import { acrossHalves } from './pairing.js';

useBackend('cpu');

const batch = () => tinyBatch({ size: 6 });
const made = () => {
  const { images } = batch();
  const rng = createRng(7);
  const inputs = images.size / images.shape[0];
  const draw = (rows: number, columns: number) =>
    tf.tensor2d(
      Array.from({ length: rows * columns }, () => rng.normal(0, 0.3)),
      [rows, columns],
    );
  const layers = {
    weight1: draw(inputs, 4),
    bias1: tf.zeros([4]),
    weight2: draw(4, 3),
    bias2: tf.zeros([3]),
  };
  const below = twoLayerClassifier(layers, tf.tanh);
  return { below, classifier: twoBranch(below, { embedding: 4, rng: createRng(3) }) };
};

describe('twoBranch', () => {
  it('classifies halves by their heads in training, and averages both in evaluation', () => {
    const { below, classifier } = made();
    const { images } = batch();
    const before = tf.memory().numTensors;
    const trained = classifier.forward(images, { training: true });
    expect(tf.memory().numTensors - before).toBe(3);
    const evaluated = classifier.forward(images, { training: false }).logits.arraySync();
    const { logits, embedding } = below.forward(images, { training: false });
    const { 'rebalancing.weight': weight, 'rebalancing.bias': bias } = classifier.variables;
    const second = tf.add(tf.matMul(embedding, weight as unknown as tf.Tensor2D), bias as tf.Tensor);
    const [own, other] = [logits.arraySync(), second.arraySync() as number[][]];
    trained.logits.arraySync().forEach((row, at) => {
      row.forEach((value, k) => expect(value).toBeCloseTo((at < 3 ? own : other)[at]?.[k] as number, 5));
    });
    evaluated.forEach((row, at) => {
      const mean = (k: number) => ((own[at]?.[k] as number) + (other[at]?.[k] as number)) / 2;
      row.forEach((value, k) => expect(value).toBeCloseTo(mean(k), 5));
    });
  });

  it('begins as the seed says, keeps its head in its state, and frees it alone', () => {
    const { below, classifier } = made();
    const { tensors } = classifier.state();
    expect(tensors['rebalancing.weight']?.shape).toEqual([3, 4]);
    expect(tf.max(tf.abs(tensors['rebalancing.weight'] as tf.Tensor)).dataSync()[0]).toBeLessThan(0.5);
    const other = twoBranch(below, { embedding: 4, rng: createRng(4) });
    const { images } = batch();
    const logits = (of: typeof classifier) => of.forward(images, { training: true }).logits.arraySync();
    expect(logits(other)).not.toEqual(logits(classifier));
    other.restore(classifier.state());
    expect(logits(other)).toEqual(logits(classifier));
    const before = tf.memory().numTensors;
    const third = twoBranch(below, { embedding: 4, rng: createRng(9) });
    expect(tf.memory().numTensors - before).toBe(2);
    third.dispose();
    third.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses odd batches in training, other widths and other states', () => {
    const { below, classifier } = made();
    const odd = tf.slice(batch().images, 0, 3);
    expect(() => classifier.forward(odd, { training: true })).toThrow(/twoBranch: images must have an even/);
    expect(classifier.forward(odd, { training: false }).logits.shape).toEqual([3, 3]);
    const wide = twoBranch(below, { embedding: 5, rng: createRng(0) });
    expect(() => wide.forward(odd, { training: false })).toThrow(/embedding must equal/);
    let caught: unknown;
    try {
      classifier.restore(wide.state());
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe('STATE_MISMATCH');
  });
});

describe('bilateral', () => {
  const counts = [9, 3, 1];

  it("has the mean of both branches' one-vs-all losses at the classes' temperatures", () => {
    const { below, classifier } = made();
    const given = batch();
    const context = { rng: createRng(5), step: 0, progress: 0 };
    const loss = bilateral({ counts }).step(classifier, given, context).losses['classifier'];
    const plan = planMixup([6, ...given.images.shape.slice(1, 3)] as never, createRng(5), {
      fold: true,
      pairing: acrossHalves,
    });
    const mixed = applyMixup(given, plan);
    const { logits, embedding } = below.forward(mixed.images, { training: true });
    const { 'rebalancing.weight': weight, 'rebalancing.bias': bias } = classifier.variables;
    const second = tf.add(tf.matMul(embedding, weight as unknown as tf.Tensor2D), bias as tf.Tensor);
    const values = denseTargets(mixTargets(given.labels, mixed.sources, mixed.lam), 3);
    const phi = classTemperatures(counts);
    const branch = (of: tf.Tensor, from: number): number => {
      const z = tf.div(tf.slice(of, [from, 0], [3, -1]), phi) as tf.Tensor2D;
      const targets = { kind: 'dense', values: tf.slice(values, [from, 0], [3, -1]) } as const;
      return tf.mean(softmaxBce(z, targets, { overClasses: 'sum' })).dataSync()[0] as number;
    };
    expect(loss?.dataSync()[0]).toBeCloseTo((branch(logits, 0) + branch(second, 3)) / 2, 5);
  });

  it('gives each head the gradient of its own half', () => {
    const { classifier } = made();
    const given = batch();
    const method = bilateral({ counts, loss: 'ce', epsilon: 0 });
    const context = { rng: createRng(5), step: 0, progress: 0 };
    const variables = Object.values(classifier.variables);
    const { grads } = tf.variableGrads(
      () => method.step(classifier, given, context).losses['classifier'] as tf.Scalar,
      variables,
    );
    for (const variable of variables) {
      expect(tf.max(tf.abs(grads[variable.name] as tf.Tensor)).dataSync()[0]).toBeGreaterThan(1e-6);
    }
    expect(() => bilateral({ counts, loss: 'mse' as never })).toThrow(/bilateral: loss must be one of/);
    expect(() => bilateral({ counts, mode: 'pair' as never })).toThrow(
      /bilateral: mode must be one of 'batch'/,
    );
  });
});
