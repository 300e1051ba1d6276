import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import { softBce, softCrossEntropy, softmaxBce } from './losses.js';
import { mixedAccuracy } from './mixed-accuracy.js';
import {
  denseTargets,
  mixTargets,
  plainTargets,
  smoothTargets,
  type Targets,
  thresholdTargets,
} from './targets.js';

useBackend('cpu');
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const labels = () => tf.tensor1d([2, 0], 'int32');
const sources = () => tf.tensor2d([0, 1, 1, 0], [2, 2], 'int32');
const lam = () => tf.tensor2d([0.75, 0.25, 0.5, 0.5], [2, 2]);

describe('targets', () => {
  it('mix classes by source and share', () => {
    const targets = mixTargets(labels(), sources(), lam());
    expect(targets.kind).toBe('sparse');
    expect([...denseTargets(targets, 3).dataSync()]).toEqual([0.25, 0, 0.75, 0.5, 0, 0.5]);
  });

  it('mix soft labels the same way', () => {
    const soft = tf.tensor2d([0, 0.5, 0.5, 1, 0, 0], [2, 3]);
    const targets = mixTargets(soft, sources(), lam());
    expect([...denseTargets(targets, 3).dataSync()]).toEqual([0.25, 0.375, 0.375, 0.5, 0.25, 0.25]);
  });

  it('add up when both sources have one class', () => {
    const targets = mixTargets(tf.tensor1d([1, 1], 'int32'), sources(), lam());
    expect([...denseTargets(targets, 2).dataSync()]).toEqual([0, 1, 0, 1]);
  });

  it.each([
    ['original', [0.9 + 0.1 / 4, 0.1 / 4]],
    ['classy', [(1 + 0.1 / 4) / 1.1, 0.1 / 4 / 1.1]],
    ['multi-label', [0.8 + 0.1, 0.1]],
  ] as const)('are smoothed the %s way', (kind, [on, off]) => {
    const { values, smoothing } = smoothTargets(plainTargets(tf.tensor1d([1], 'int32')), {
      smoothing: 0.1,
      numClasses: 4,
      kind,
    });
    expect(smoothing).toBe(0.1);
    values.dataSync().forEach((value, index) => expect(value).toBeCloseTo(index === 1 ? on : off, 6));
  });

  it('refuse to be smoothed twice, or written for another number of classes', () => {
    const once = smoothTargets(plainTargets(labels()), { smoothing: 0.1, numClasses: 3 });
    expect(() => smoothTargets(once, { smoothing: 0.1, numClasses: 3 })).toThrow(
      /smoothTargets: targets must not be smoothed already; got 0.1. Smooth once/,
    );
    expect(() => denseTargets(once, 5)).toThrow(/denseTargets: targets must have 5 classes; got \[2,3\]/);
    expect(() => smoothTargets(plainTargets(labels()), { smoothing: 1.5, numClasses: 3 })).toThrow(
      /from 0 to 1; got 1.5/,
    );
  });
});

const logits = () => tf.tensor2d([0.5, -1, 2, 0.1, 0.2, -0.3], [2, 3]);
const sparse = (): Targets => mixTargets(labels(), sources(), lam());
const dense = (): Targets => ({ kind: 'dense', values: tf.tensor2d([0.2, 0.3, 0.9, 0, 0, 1], [2, 3]) });
const losses = {
  softCrossEntropy,
  softBce,
  'softBce, negWeight ½, summed': (z: tf.Tensor2D, targets: Targets) =>
    softBce(z, targets, { negWeight: 0.5, overClasses: 'sum' }),
  softmaxBce,
};

describe.each(Object.entries(losses))('%s', (name, loss) => {
  it('has the value of its formula', () => {
    for (const targets of [sparse(), dense()]) {
      const t = denseTargets(targets, 3).arraySync() as number[][];
      const wanted = (logits().arraySync() as number[][]).map((z, row) =>
        reference(name, z, t[row] as number[]),
      );
      loss(logits(), targets)
        .dataSync()
        .forEach((value, row) => expect(value).toBeCloseTo(wanted[row] as number, 5));
    }
  });

  it('has the gradient of central differences', () => {
    for (const targets of [sparse(), dense()]) {
      const total = (z: tf.Tensor): tf.Scalar => tf.sum(loss(z as tf.Tensor2D, targets));
      const gradient = tf.grad(total)(logits()).dataSync();
      const t = denseTargets(targets, 3).arraySync() as number[][];
      const z = logits().arraySync() as number[][];
      const sum = (at: number[][]): number =>
        at.reduce((s, row, b) => s + reference(name, row, t[b] as number[]), 0);
      for (let index = 0; index < 6; index++) {
        const moved = (offset: number): number[][] =>
          z.map((row, b) => row.map((value, c) => (b * 3 + c === index ? value + offset : value)));
        const difference = (sum(moved(1e-5)) - sum(moved(-1e-5))) / 2e-5;
        expect(gradient[index]).toBeCloseTo(difference, 5);
      }
    }
  });

  it('refuses another number of rows', () => {
    expect(() => loss(logits(), plainTargets(tf.tensor1d([0], 'int32')))).toThrow(
      /targets must have as many rows as the logits, 2; got 1/,
    );
  });

  it('stays finite for large logits', () => {
    const far = tf.tensor2d([200, -200, 0, -1e4, 1e4, 0], [2, 3]);
    for (const value of loss(far, dense()).dataSync()) expect(Number.isFinite(value)).toBe(true);
    const grad = tf.grad((z) => tf.sum(loss(z as tf.Tensor2D, dense())))(far);
    for (const value of grad.dataSync()) expect(Number.isFinite(value)).toBe(true);
  });
});

// The formulas in doubles.
function reference(name: string, z: readonly number[], t: readonly number[]): number {
  const lse = Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0));
  const terms = z.map((value, c) => {
    const target = t[c] as number;
    const p = Math.exp(value - lse);
    if (name === 'softCrossEntropy') return -target * (value - lse);
    if (name === 'softmaxBce') return -(target * (value - lse) + (1 - target) * Math.log(1 - p)) / z.length;
    const bce = Math.log1p(Math.exp(value)) - value * target;
    if (name === 'softBce') return bce / z.length;
    return bce * (target > 0 ? 1 : 0.5);
  });
  return terms.reduce((sum, term) => sum + term, 0);
}

describe('losses', () => {
  it('let no gradient into the targets', () => {
    for (const loss of Object.values(losses)) {
      const values = tf.tensor2d([0.2, 0.3, 0.5, 0.1, 0.8, 0.1], [2, 3]);
      const total = (t: tf.Tensor): tf.Tensor =>
        tf.add(tf.sum(loss(logits(), { kind: 'dense', values: t as tf.Tensor2D })), tf.sum(t));
      expect([...tf.grad(total)(values).dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
    }
  });

  it('softmaxBce is right for predictions that are sure and wrong', () => {
    const targets: Targets = { kind: 'dense', values: tf.tensor2d([0, 1], [1, 2]) };
    for (const z of [10, 16, 17, 30]) {
      const value = softmaxBce(tf.tensor2d([z, 0], [1, 2]), targets).dataSync()[0] as number;
      expect(Math.abs(value - z)).toBeLessThan(1e-3);
    }
    const sure = tf.grad((z) =>
      tf.sum(softmaxBce(z as tf.Tensor2D, { kind: 'dense', values: tf.tensor2d([[0, 1, 0]]) })),
    );
    const [a, b, c] = sure(tf.tensor2d([[20, 0, 0]])).dataSync();
    // By hand: (1/3)·d/dz of −log p_1 − log(1 − p_0) − log(1 − p_2), with p_0 ≈ 1.
    expect(a).toBeCloseTo(2 / 3, 3);
    expect(b).toBeCloseTo(-1 / 2, 3);
    expect(c).toBeCloseTo(-1 / 6, 3);
  });

  it('name an option that does not exist', () => {
    expect(() => softBce(logits(), dense(), { overClasses: 'max' as never })).toThrow(
      /overClasses must be one of/,
    );
    const options = { smoothing: 0.1, numClasses: 3, kind: 'timm' as never };
    expect(() => smoothTargets(dense(), options)).toThrow(/smoothTargets: kind must be one of 'original'/);
  });
});

describe('mixedAccuracy', () => {
  it('is the mean weight of the predicted class, sparse or dense', () => {
    // Predictions: 2 (weight ¾) and 1 (weight 0).
    expect(mixedAccuracy(logits(), sparse()).dataSync()[0]).toBeCloseTo(0.375, 6);
    const values = denseTargets(sparse(), 3);
    expect(mixedAccuracy(logits(), { kind: 'dense', values }).dataSync()[0]).toBeCloseTo(0.375, 6);
  });
});

describe('thresholdTargets', () => {
  it('makes full classes of those above the threshold', () => {
    const targets: Targets = {
      kind: 'sparse',
      classes: tf.tensor2d([0, 2, 1, 1], [2, 2], 'int32'),
      weights: tf.tensor2d([0.8, 0.2, 0.5, 0.5], [2, 2]),
    };
    const before = tf.memory().numTensors;
    const all = thresholdTargets(targets, { numClasses: 3 });
    expect(tf.memory().numTensors - before).toBe(1);
    expect([...all.values.dataSync()]).toEqual([1, 0, 1, 0, 1, 0]);
    const some = thresholdTargets(targets, { numClasses: 3, threshold: 0.25 });
    expect([...some.values.dataSync()]).toEqual([1, 0, 0, 0, 1, 0]);
    expect(() => thresholdTargets(targets, { numClasses: 3, threshold: 2 })).toThrow(/threshold must be/);
  });
});
