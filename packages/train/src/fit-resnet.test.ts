import { createRng, fromMixer } from '@mix/core';
import { cutmix } from '@mix/handcrafted';
import { cifarResnet } from '@mix/models';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { abortAt } from '../test/abort-at.js';
import { toyRun } from '../test/toy-run.js';
import { toySource } from '../test/toy-source.js';
import { decodeCheckpoint } from './checkpoint.js';
import { fit } from './fit.js';
import { memoryCheckpointStore } from './memory-checkpoint-store.js';
import { prepareImages } from './prepare-images.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('wasm');

/** A residual network with batch normalisation. */
const resnetRun = (epochs: number) =>
  toyRun({
    method: fromMixer(cutmix(), { name: 'cutmix' }),
    classifier: cifarResnet({ depth: 8, numClasses: 3, rng: createRng(1) }),
    train: toySource({ numSamples: 30, batchSize: 6, side: 8, channels: 3 }),
    validation: toySource({ numSamples: 10, batchSize: 6, side: 8, channels: 3, seed: 8 }),
    prepare: prepareImages({ mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2], flip: true, cropPadding: 1 }),
    epochs,
  });

describe('fit of a residual network', () => {
  it('keeps the tensor count flat over 50 steps of a residual network', async () => {
    const counts: number[] = [];
    await fit({ ...resnetRun(10), onProgress: () => counts.push(tf.memory().numTensors) });
    expect(counts).toHaveLength(50);
    // Two kinds of count: while the next step's numbers are on their way, and after the epoch's last.
    expect(new Set(counts.slice(1)).size).toBeLessThanOrEqual(2);
  });

  it('resumes with the same bits, running statistics included', async () => {
    const straight = memoryCheckpointStore();
    const parted = memoryCheckpointStore();
    await fit({ ...resnetRun(3), store: straight });
    await fit({ ...resnetRun(3), store: parted, ...abortAt(7) });
    await fit({ ...resnetRun(3), store: parted, resume: true });
    const [one, two] = await Promise.all(
      [straight, parted].map(async (store) => decodeCheckpoint((await store.load('last'))!, 'last')),
    );
    expect(two?.tensors).toEqual(one?.tensors);
    expect([...(one?.tensors.keys() ?? [])].some((name) => name.includes('running_var'))).toBe(true);
  });
});
