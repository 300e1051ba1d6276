import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import { decoupledCrossEntropy } from './decoupled-cross-entropy.js';
import { softBce, softCrossEntropy } from './losses.js';
import type { Targets } from './targets.js';

useBackend('cpu');

const sparse = (classes: number[][], weights: number[][]): Targets => ({
  kind: 'sparse',
  classes: tf.tensor2d(classes, undefined, 'int32'),
  weights: tf.tensor2d(weights),
});
const z = [1, 0.5, -1, 2];
const logSum = (...rest: number[]): number => Math.log(rest.reduce((sum, x) => sum + Math.exp(x), 0));

describe('decoupledCrossEntropy', () => {
  it('adds the cross-entropy of each class in the softmax without the other', () => {
    const targets = sparse([[0, 3]], [[0.3, 0.7]]);
    const whole = logSum(...z);
    const coupled = 0.3 * (whole - 1) + 0.7 * (whole - 2);
    const decoupled = logSum(1, 0.5, -1) - 1 + (logSum(0.5, -1, 2) - 2);
    const loss = decoupledCrossEntropy(tf.tensor2d([z]), targets, { eta: 0.5 });
    expect(loss.dataSync()[0]).toBeCloseTo(coupled + 0.5 * decoupled, 5);
  });

  it('leaves nothing out of rows of one class, and no class that is not in the mix', () => {
    const targets = sparse(
      [
        [1, 1],
        [2, 0],
      ],
      [
        [0.3, 0.7],
        [1, 0],
      ],
    );
    const loss = decoupledCrossEntropy(tf.tensor2d([z, z]), targets, { eta: 1 }).dataSync();
    const whole = logSum(...z);
    expect(loss[0]).toBeCloseTo(3 * (whole - 0.5), 5);
    expect(loss[1]).toBeCloseTo(2 * (whole + 1), 5);
    const single = decoupledCrossEntropy(tf.tensor2d([z]), sparse([[2]], [[1]]), { eta: 1 });
    expect(single.dataSync()[0]).toBeCloseTo(2 * (whole + 1), 5);
  });

  it('is the plain loss for η = 0, leaks nothing, and has the gradient of finite differences', () => {
    const targets = sparse([[0, 3]], [[0.3, 0.7]]);
    const logits = tf.tensor2d([z]);
    const before = tf.memory().numTensors;
    const plain = decoupledCrossEntropy(logits, targets, { eta: 0 });
    expect(tf.memory().numTensors - before).toBe(1);
    expect(plain.dataSync()[0]).toBeCloseTo(softCrossEntropy(logits, targets).dataSync()[0] as number, 6);
    const f = (x: tf.Tensor): tf.Tensor => tf.sum(decoupledCrossEntropy(x as tf.Tensor2D, targets));
    const gradient = tf.grad(f)(logits).dataSync();
    z.forEach((_, index) => {
      const at = (shift: number): number =>
        f(tf.tensor2d([z.map((value, k) => (k === index ? value + shift : value))])).dataSync()[0] as number;
      expect(gradient[index]).toBeCloseTo((at(0.05) - at(-0.05)) / 0.1, 3);
    });
  });

  it('refuses dense targets', () => {
    const targets: Targets = { kind: 'dense', values: tf.tensor2d([[1, 0, 0, 0]]) };
    expect(() => decoupledCrossEntropy(tf.tensor2d([z]), targets)).toThrow(
      /targets must be one or two classes/,
    );
  });
});

it.each([Infinity, Number.NaN, -1])('refuses a weight of %s', (eta) => {
  const targets = sparse([[0, 3]], [[0.3, 0.7]]);
  const rule = 'eta must be a finite number of at least 0';
  expect(() => decoupledCrossEntropy(tf.tensor2d([z]), targets, { eta })).toThrow(rule);
  const softRule = 'softBce: negWeight must be a finite number of at least 0';
  expect(() => softBce(tf.tensor2d([z]), targets, { negWeight: eta })).toThrow(softRule);
});
