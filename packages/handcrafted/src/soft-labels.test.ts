import { denseTargets, plainTargets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { softConfidence, softenTargets } from './soft-labels.js';

useBackend('cpu');

it('falls from full confidence to chance, never rising as less is visible', () => {
  const options = { numClasses: 10, threshold: 0.8, power: 3, maxProb: 0.9 };
  const curve = Array.from({ length: 101 }, (_, index) => softConfidence(index / 100, options));
  expect(curve[0]).toBe(0.1);
  expect(curve.slice(80)).toEqual(Array(21).fill(0.9));
  for (const [index, value] of curve.slice(1).entries())
    expect(value).toBeGreaterThanOrEqual(curve[index] ?? 1);
  expect(softConfidence(0.25, { numClasses: 2, power: 1 })).toBeCloseTo(0.625, 12);
  expect(softConfidence(1, { numClasses: 4, maxProb: 0 })).toBe(0.25);
});

it('spreads what a label loses over the other classes', () => {
  const sparse = plainTargets(tf.tensor1d([2, 0], 'int32'));
  const values = [...denseTargets(softenTargets(sparse, [0.7, 1], 4), 4).dataSync()];
  [0.1, 0.1, 0.7, 0.1, 1, 0, 0, 0].forEach((wanted, index) => expect(values[index]).toBeCloseTo(wanted, 6));
  const soft = plainTargets(tf.tensor2d([[0.5, 0.5, 0]]));
  const sum = [...denseTargets(softenTargets(soft, [0.3], 3), 3).dataSync()];
  expect(sum[0]).toBeCloseTo(0.5 * 0.3 + 0.35 * 0.5, 6);
  expect(sum.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 6);
});

it('refuses what makes no curve', () => {
  expect(() => softConfidence(1.1, { numClasses: 10 })).toThrow(
    /softConfidence: visible must be a number from 0 to 1/,
  );
  expect(() => softConfidence(1, { numClasses: 1 })).toThrow(/softConfidence: numClasses must be an integer/);
  const targets = plainTargets(tf.tensor1d([0], 'int32'));
  expect(() => softenTargets(targets, [2], 3)).toThrow(
    /softenTargets: confidence must be a number from 0 to 1/,
  );
  expect(() => softenTargets(targets, [1], 1)).toThrow(
    /softenTargets: numClasses must be an integer of at least 2/,
  );
});
