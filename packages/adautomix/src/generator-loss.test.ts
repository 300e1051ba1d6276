import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { cosineToSources } from './cosine-to-sources.js';
import { generatorLoss } from './generator-loss.js';

useBackend('cpu');

const number = (x: tf.Tensor) => x.dataSync()[0] as number;

describe('cosineToSources', () => {
  const clean = [
    [3, 4],
    [0, 2],
    [0, 0],
  ];

  it('weighs the cosines of the sources', () => {
    // Row 0: .25·cos([1,0],[3,4]) + .75·cos([1,0],[0,2]); row 1: source 2 is all zeros.
    const mixed = tf.tensor2d([1, 0, 1, 1], [2, 2]);
    const got = cosineToSources(
      mixed,
      tf.tensor2d(clean),
      [
        [0, 1],
        [1, 2],
      ],
      [
        [0.25, 0.75],
        [0.4, 0.6],
      ],
    );
    expect(number(got)).toBeCloseTo((0.25 * 0.6 + 0.4 * Math.SQRT1_2) / 2, 6);
  });

  it('has the gradient of finite differences, by the mix alone', () => {
    const rng = createRng(3);
    const noise = () =>
      tf.tensor2d(
        Array.from({ length: 12 }, () => rng.normal()),
        [3, 4],
      );
    const [mixed, others] = [noise(), noise()];
    const sources = [
      [0, 1, 2],
      [1, 2, 0],
      [2, 2, 1],
    ];
    const lam = [
      [0.2, 0.5, 0.3],
      [1, 0, 0],
      [0.3, 0.3, 0.4],
    ];
    const cosine = (z: tf.Tensor) => cosineToSources(z as tf.Tensor2D, others, sources, lam);
    const gradient = tf.grad(cosine)(mixed).dataSync();
    for (const index of [0, 5, 11]) {
      const at = (offset: number) => {
        const moved = Float32Array.from(mixed.dataSync());
        moved[index] = (moved[index] as number) + offset;
        return number(cosine(tf.tensor2d(moved, [3, 4])));
      };
      expect(gradient[index]).toBeCloseTo((at(1e-2) - at(-1e-2)) / 2e-2, 3);
    }
    const byClean = tf.grad((z) => cosineToSources(mixed, z as tf.Tensor2D, sources, lam));
    expect(() => byClean(others)).toThrow(/encloses all operations/);
  });

  it('gives 0 and no gradient for logits of zeros', () => {
    const cosine = (z: tf.Tensor) =>
      cosineToSources(z as tf.Tensor2D, tf.tensor2d(clean), [[0, 1]], [[0.5, 0.5]]);
    const { value, grad } = tf.valueAndGrad(cosine)(tf.zeros([1, 2]));
    expect(number(value)).toBe(0);
    expect(Array.from(grad.dataSync())).toEqual([0, 0]);
  });

  it('floors the product of the norms as published', () => {
    // |z|·|z_i| = 1e-9·.1: below the floor of 1e-8.
    const got = cosineToSources(tf.tensor2d([[1e-9, 0]]), tf.tensor2d([[0.1, 0]]), [[0]], [[1]]);
    expect(number(got)).toBeCloseTo(1e-10 / 1e-8, 6);
  });

  it('refuses sources or shares that are not those of every row', () => {
    const [mixed, others] = [tf.ones<tf.Rank.R2>([2, 3]), tf.ones<tf.Rank.R2>([2, 3])];
    const [pair, shares] = [
      [0, 1],
      [0.5, 0.5],
    ];
    expect(() => cosineToSources(mixed, others, [pair], [shares, shares])).toThrow(
      'cosineToSources: sources must hold as many numbers in each of 2 rows',
    );
    expect(() => cosineToSources(mixed, others, [pair, pair], [shares, [1]])).toThrow(
      'cosineToSources: lam must hold as many numbers',
    );
  });

  it('frees what it makes', () => {
    const [mixed, others] = [tf.ones<tf.Rank.R2>([2, 3]), tf.ones<tf.Rank.R2>([2, 3])];
    const before = tf.memory().numTensors;
    tf.dispose(
      cosineToSources(
        mixed,
        others,
        [
          [0, 1],
          [1, 0],
        ],
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      ),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('generatorLoss', () => {
  it.each([
    ['preserve', true, -0.3 * 2 - 0.7 * 0.5],
    ['reference', true, -0.3 * 2 + 0.7 * 0.5],
    ['preserve', false, 2],
    ['reference', false, 2],
  ] as const)('%s, adversarial %s', (cosine, adversarial, wanted) => {
    const loss = generatorLoss(tf.scalar(2), tf.scalar(0.5), { beta: 0.3, cosine, adversarial });
    expect(number(loss)).toBeCloseTo(wanted, 6);
  });

  it('refuses another sign, and a weight out of range', () => {
    const loss = (options: object) =>
      generatorLoss(tf.scalar(2), tf.scalar(0.5), {
        beta: 0.3,
        cosine: 'preserve',
        adversarial: true,
        ...options,
      });
    expect(() => loss({ cosine: 'keep' })).toThrow(
      "generatorLoss: cosine must be one of 'preserve', 'reference'",
    );
    expect(() => loss({ beta: 2 })).toThrow('generatorLoss: beta must be a number from 0 to 1; got 2');
  });
});
