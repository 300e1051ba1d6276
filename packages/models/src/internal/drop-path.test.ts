import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { DropPath } from './drop-path.js';

describe('DropPath', () => {
  useBackend('cpu');

  it.each([
    [4000, 2, 3],
    [4000, 1, 2, 2],
  ])('drops whole samples at its rate and scales the others up: [%i,%i,%i,...]', (...shape) => {
    const factors = tf.tidy(
      () => new DropPath(createRng(0)).apply(tf.ones(shape), 0.25).arraySync() as number[][],
    );
    const values = factors.map((sample) => new Set(sample.flat(3)));
    for (const each of values) expect(each.size).toBe(1);
    const kept = values.filter((each) => !each.has(0));
    expect(kept.length / values.length).toBeCloseTo(0.75, 1);
    for (const each of kept) expect([...each][0]).toBeCloseTo(4 / 3, 6);
  });

  it('draws nothing at rate 0', () => {
    const drop = new DropPath(createRng(0));
    const branch = tf.ones([3, 1, 1]) as tf.Tensor3D;
    expect(drop.apply(branch, 0)).toBe(branch);
    expect(drop.state()).toEqual(createRng(0).state());
  });
});
