import '@tensorflow/tfjs-backend-cpu';
import { createRng, fromMixer, type Method } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearClassifier } from '../test/linear-classifier.js';
import { toyMixup } from '../test/toy-mixup.js';
import { toySource } from '../test/toy-source.js';
import { constant } from './constant.js';
import { cosine } from './cosine.js';
import { fit } from './fit.js';
import type { FitOptions } from './fit-options.js';
import { prepareImages } from './prepare-images.js';
import type { EpochRecord, TrainRecord } from './records.js';
import { sgd } from './sgd.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const prepare = prepareImages({ mean: [0.4], std: [0.25], flip: true, cropPadding: 1 });

function toyRun(
  extra: Partial<FitOptions> = {},
): FitOptions & { classifier: ReturnType<typeof linearClassifier> } {
  const classifier = linearClassifier();
  return {
    method: fromMixer(toyMixup),
    train: toySource(),
    prepare,
    epochs: 3,
    rng: createRng(0),
    optimizers: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4, noDecay: 'norms-and-biases' }),
    schedule: cosine({ base: 0.2, totalSteps: 18, warmupSteps: 3 }),
    ...extra,
    classifier,
  };
}

const plain: Method = fromMixer(
  (batch) => {
    const size = batch.images.shape[0];
    const rows = tf.tidy(() => tf.reshape(tf.range(0, size, 1, 'int32'), [size, 1]) as tf.Tensor2D);
    return {
      images: tf.clone(batch.images),
      targets: { kind: 'sparse', classes: tf.reshape(batch.labels, [size, 1]), weights: tf.ones([size, 1]) },
      sources: rows,
      lam: tf.ones([size, 1]),
      plan: { method: 'plain', shape: [size, 6, 6] },
    };
  },
  { name: 'plain' },
);

describe('fit', () => {
  it('learns, and reports last and best epoch', async () => {
    const records: TrainRecord[] = [];
    const result = await fit(
      toyRun({
        method: plain,
        prepare: prepareImages({ mean: [0.4], std: [0.25] }),
        train: toySource({ numSamples: 60, batchSize: 10 }),
        validation: toySource({ numSamples: 30, batchSize: 7, seed: 9 }),
        epochs: 30,
        schedule: constant(0.2),
        log: (record) => records.push(record),
        logEvery: 10,
      }),
    );
    const epochs = records.filter((record): record is EpochRecord => record.type === 'epoch');
    expect(epochs).toHaveLength(30);
    expect(epochs.at(-1)?.loss).toBeLessThan((epochs[0]?.loss ?? 0) * 0.8);
    expect(result.last).toEqual(epochs.at(-1));
    const top = Math.max(...epochs.map(({ validation }) => validation?.top1 ?? 0));
    expect(result.best?.validation?.top1).toBe(top);
    expect(records.filter(({ type }) => type === 'step')).toHaveLength(18);
    expect(result).toMatchObject({ stopped: false, step: 180, epochsDone: 30 });
  });
});
