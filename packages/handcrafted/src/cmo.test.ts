import { createRng } from '@mix/core';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cmo } from './index.js';

useBackend('cpu');

describe('cmo', () => {
  const batch = () => tinyBatch({ size: 8 });
  const mixedAt = (epoch: number, options: Parameters<typeof cmo>[0]): boolean => {
    const { images, lam } = cmo(options)(batch(), {
      rng: createRng(1),
      progress: (epoch * 7) / (options.epochs * 7),
    });
    expect(images.shape[0]).toBe(4);
    return lam.shape[1] === 2;
  };

  it('mixes in epochs after the first ones and before the last ones', () => {
    const always = { epochs: 200, prob: 1 };
    expect([0, 3, 4, 100, 196, 197, 199].map((epoch) => mixedAt(epoch, always))).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
    const throughout = { epochs: 2, prob: 1, start: -1, end: 0 };
    expect([0, 1].map((epoch) => mixedAt(epoch, throughout))).toEqual([true, true]);
    expect(mixedAt(100, { epochs: 200, prob: 0 })).toBe(false);
  });

  it('pastes foregrounds at the same place, and calls the background own', () => {
    const given = batch();
    const { images, masks, sources } = cmo({ epochs: 10, prob: 1 })(given, {
      rng: createRng(2),
      progress: 0.5,
      masks: true,
    });
    const shown = tf.slice(masks as tf.Tensor4D, [0, 0, 0, 0], [-1, -1, -1, 1]);
    const [back, front] = [tf.slice(given.images, 0, 4), tf.slice(given.images, 4, 4)];
    const wanted = tf.where(tf.tile(tf.greater(shown, 0.5), [1, 1, 1, 3]), back, front);
    expect(images.dataSync()).toEqual(wanted.dataSync());
    expect(sources.arraySync()).toEqual([0, 1, 2, 3].map((row) => [row, row + 4]));
  });

  it.each([
    [{ epochs: 7 }, /cmo: epochs must leave epochs between start 3 and the last 3; got 7/],
    [{ epochs: 0 }, /cmo: epochs must be an integer of at least 1/],
    [{ epochs: 10, mode: 'pair' as never }, /cmo: mode must be one of 'batch', 'elem'; got "pair"/],
    [{ epochs: 10, prob: 2 }, /cmo: prob must be a number from 0 to 1/],
  ])('refuses %j', (options, message) => {
    expect(() => cmo(options)).toThrow(message);
  });
});
