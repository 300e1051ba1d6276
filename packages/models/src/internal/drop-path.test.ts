import { createRng, isMixError } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { DropPath, streamOf } from './drop-path.js';

describe('DropPath', () => {
  useBackend('cpu');

  it('drops whole samples at its rate and scales the others up', () => {
    const factors = tf
      .tidy(() => new DropPath(createRng(0)).apply(tf.ones([4000, 2, 3]), 0.25).arraySync())
      .map((sample) => new Set(sample.flat()));
    for (const values of factors) expect(values.size).toBe(1);
    const kept = factors.filter((values) => !values.has(0));
    expect(kept.length / factors.length).toBeCloseTo(0.75, 1);
    for (const values of kept) expect([...values][0]).toBeCloseTo(4 / 3, 6);
  });

  it('draws nothing at rate 0', () => {
    const drop = new DropPath(createRng(0));
    const branch = tf.ones([3, 1, 1]) as tf.Tensor3D;
    expect(drop.apply(branch, 0)).toBe(branch);
    expect(drop.state()).toEqual(createRng(0).state());
  });

  it('goes on from its state, also through JSON', () => {
    const [one, other] = [new DropPath(createRng(0)), new DropPath(createRng(1))];
    const draw = (drop: DropPath) =>
      tf.tidy(() => drop.apply(tf.ones([20, 1, 1]), 0.5).dataSync()) as Float32Array;
    draw(one);
    const stream = streamOf(JSON.parse(JSON.stringify(one.state())));
    if (stream !== undefined) other.continueWith(stream);
    expect(draw(other)).toEqual(draw(one));
  });

  it('refuses what is no state of a stream, and takes none for none', () => {
    expect(streamOf(undefined)).toBeUndefined();
    for (const state of [null, 3, { key: [1], counter: 0 }, { key: [1, 2], counter: -1 }]) {
      let caught: unknown;
      try {
        streamOf(state);
      } catch (error) {
        caught = error;
      }
      expect(isMixError(caught) && caught.code).toBe('STATE_MISMATCH');
      expect(String(caught)).toContain('state.values.dropPath must be the state of an Rng; got ');
    }
  });
});
