import '@tensorflow/tfjs-layers';
import { createRng } from '@mix/core';
import { tinyBatch, tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { automix } from './automix.js';
import { watchMasks } from './watch-masks.js';

useBackend('cpu');

const made = (lamConcat: 'none' | 'all' = 'none') => {
  const [classifier, teacher] = [tinyNetwork({ seed: 1 }), tinyNetwork({ seed: 2 })];
  const batch = tinyBatch({ size: 4 });
  const [, height, width, channels] = batch.images.shape;
  const imageShape = [height, width, channels] as const;
  const method = automix({ classifier, teacher, imageShape, rng: createRng(0), block: { lamConcat } });
  const judge = method.network.heads(classifier).teacherMix;
  return { method, judge, batch };
};

it('compares the losses of a block that blends equally, and names its collapse', async () => {
  const { method, judge, batch } = made();
  const before = tf.memory().numTensors;
  const look = () => watchMasks(method.mixer({ lamPer: 'sample' }), judge, batch, { rng: createRng(5) });
  const seen = await look();
  // As `fit({ watch })` wants it.
  const record: Readonly<Record<string, number | string>> = seen;
  expect(Object.keys(record)).toContain('learned');
  expect(seen.learned).toBeCloseTo(seen.equal, 2);
  expect(seen.constant).not.toBeCloseTo(seen.equal, 5);
  expect(seen.slope).toBeCloseTo(0, 2);
  expect(seen).toMatchObject({
    collapse: 'constant',
    mean: expect.closeTo(0.5, 2),
    entropy: expect.closeTo(1, 2),
  });
  expect(await look()).toEqual(seen);
  expect(tf.memory().numTensors).toBe(before);
});

it('sees masks that follow λ, and no slope where λ is the same', async () => {
  const { method, judge, batch } = made('all');
  const weight = method.block.variables['value.weight'] as tf.Variable;
  const rows = weight.shape[2] as number;
  // The last row is that of λ.
  weight.assign(tf.tensor4d([...new Array<number>(rows - 1).fill(0), 5], [1, 1, rows, 1]));
  method.block.variables['value.bias']?.assign(tf.tensor1d([-2.5]));
  const { slope } = await watchMasks(method.mixer({ lamPer: 'sample' }), judge, batch, { rng: createRng(5) });
  expect(slope).toBeGreaterThan(0.8);
  expect(await watchMasks(method.mixer(), judge, batch, { rng: createRng(5) })).not.toHaveProperty('slope');
});

it('keeps nothing of the mix where the judge fails', async () => {
  const { method, batch } = made();
  const judge = {
    ...tinyNetwork({ seed: 1 }),
    forward(): never {
      throw new Error('no judge');
    },
  };
  const before = tf.memory().numTensors;
  await expect(watchMasks(method.mixer(), judge, batch, { rng: createRng(5) })).rejects.toThrow('no judge');
  expect(tf.memory().numTensors).toBe(before);
});
