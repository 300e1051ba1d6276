import type { Targets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ldam, ldamMargins } from './index.js';

useBackend('cpu');

const sparse = (classes: number[], weights: number[]): Targets => ({
  kind: 'sparse',
  classes: tf.tensor2d([classes], [1, classes.length], 'int32'),
  weights: tf.tensor2d([weights]),
});
const lossOf = (logits: number[], targets: Targets, options = {}): number =>
  ldam([16, 1, 4], options)(tf.tensor2d([logits]), targets).dataSync()[0] as number;

/** The published loss of one hard label, in doubles. */
function published(logits: number[], label: number, scale = 1): number {
  const margins = [0.25, 0.5, 0.5 / 2 ** 0.5];
  const z = logits.map((value, k) => scale * (value - (k === label ? (margins[label] as number) : 0)));
  const most = Math.max(...z);
  return most + Math.log(z.reduce((sum, value) => sum + Math.exp(value - most), 0)) - (z[label] as number);
}

describe('ldam', () => {
  it('has margins by the fourth root, the largest for the rarest class', () => {
    const [a, b, c] = ldamMargins([16, 1, 4]);
    expect([a, b]).toEqual([0.25, 0.5]);
    expect(c).toBeCloseTo(0.5 / 2 ** 0.5, 12);
    expect(ldamMargins([5, 5], 0.3)).toEqual([0.3, 0.3]);
  });

  it('is the published loss of hard labels, and weighs it for mixed ones', () => {
    const z = [1, -0.5, 2];
    for (const label of [0, 1, 2]) {
      expect(lossOf(z, sparse([label], [1]))).toBeCloseTo(published(z, label), 5);
      expect(lossOf(z, sparse([label], [1]), { scale: 30 })).toBeCloseTo(published(z, label, 30), 4);
    }
    const mixed = 0.3 * published(z, 0) + 0.7 * published(z, 1);
    expect(lossOf(z, sparse([0, 1], [0.3, 0.7]))).toBeCloseTo(mixed, 5);
    expect(lossOf(z, { kind: 'dense', values: tf.tensor2d([[0.3, 0.7, 0]]) })).toBeCloseTo(mixed, 5);
  });

  it('keeps its gradient where the softmax is saturated', () => {
    const loss = (z: tf.Tensor) => tf.sum(ldam([16, 1, 4])(z as tf.Tensor2D, sparse([0], [1])));
    const z = tf.tensor2d([[60, 0, -60]]);
    expect(loss(z).dataSync()[0]).toBeCloseTo(0, 6);
    expect([...tf.grad(loss)(z).dataSync()].every(Number.isFinite)).toBe(true);
    const far = tf.tensor2d([[-60, 60, 0]]);
    expect(loss(far).dataSync()[0]).toBeCloseTo(120.25, 3);
    expect(tf.grad(loss)(far).dataSync()[0]).toBeCloseTo(-1, 5);
  });

  it('makes one tensor, and refuses what does not fit', () => {
    const [z, targets] = [tf.tensor2d([[1, 2, 3]]), sparse([0], [1])];
    const before = tf.memory().numTensors;
    ldam([16, 1, 4])(z, targets);
    expect(tf.memory().numTensors - before).toBe(1);
    expect(() => ldam([1, 0])).toThrow(/ldamMargins: counts must be at least 1 for each class/);
    expect(() => ldam([1, 2])(z, targets)).toThrow(/ldam: logits must have 2 classes/);
    expect(() => ldam([1], { scale: 30, maxMargin: 4 })).toThrow(/scale · maxMargin must be .*80; got 120/);
    expect(() => ldam([1], { scale: 0 })).toThrow(/ldam: scale must be/);
  });
});
