import type { BatchSource, Classifier, HostBatch } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluate, evaluateHeads } from './evaluate.js';
import { prepareImages } from './prepare-images.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

/** Logits are the image's two pixels. */
const pixelClassifier: Classifier = {
  numClasses: 2,
  variables: {},
  forward(images, { training }) {
    expect(training).toBe(false);
    const logits = tf.reshape(images, [images.shape[0], 2]) as tf.Tensor2D;
    return { logits, embedding: logits, stages: [] };
  },
  state: () => ({ tensors: {}, values: {} }),
  restore: () => undefined,
};

function sourceOf(
  rows: readonly (readonly [number, number])[],
  labels: readonly number[],
  batchSize: number,
): BatchSource {
  return {
    numSamples: rows.length,
    numBatches: Math.ceil(rows.length / batchSize),
    batchSize,
    numClasses: 2,
    imageShape: [1, 2, 1],
    async *batches() {
      for (let from = 0; from < rows.length; from += batchSize) {
        const part = rows.slice(from, from + batchSize);
        yield await Promise.resolve<HostBatch>({
          images: Uint8Array.from(part.flat()),
          shape: [part.length, 1, 2, 1],
          labels: Int32Array.from(labels.slice(from, from + batchSize)),
          keys: [],
        });
      }
    },
  };
}

const prepare = prepareImages({ mean: [0], std: [1 / 255], flip: true, cropPadding: 1 });
const rows = [
  [1, 0],
  [0, 2],
  [3, 0],
  [0, 0],
  [0, 4],
] as const;
const labels = [0, 1, 1, 0, 1];

describe('evaluate', () => {
  it.each([1, 2, 3, 5])('weighs samples alike in batches of %i', async (batchSize) => {
    const before = tf.memory().numTensors;
    const result = await evaluate(pixelClassifier, sourceOf(rows, labels, batchSize), prepare);
    // -log softmax of the true class, by hand: log(1 + e^-margin)
    const margins = [1, 2, -3, 0, 4];
    const loss = margins.reduce((sum, margin) => sum + Math.log1p(Math.exp(-margin)), 0) / 5;
    expect(result.loss).toBeCloseTo(loss, 6);
    expect(result.top1).toBe(4 / 5);
    expect(result.count).toBe(5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses an empty source and a loss that is not finite', async () => {
    await expect(evaluate(pixelClassifier, sourceOf([], [], 2), prepare)).rejects.toThrow(
      'evaluate: source must have at least one sample; got 0',
    );
    const broken = {
      ...pixelClassifier,
      forward: () => ({ logits: tf.fill([2, 2], Number.NaN) as tf.Tensor2D }),
    };
    await expect(
      evaluate(
        broken as unknown as Classifier,
        sourceOf(
          [
            [1, 2],
            [3, 4],
          ],
          [0, 1],
          2,
        ),
        prepare,
      ),
    ).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: 'evaluate: loss must be finite over 2 samples; got NaN',
    });
  });

  it('throws what the device says once, with no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const read = vi
      .spyOn(tf.Tensor.prototype, 'data')
      .mockImplementation(() => Promise.reject(new Error('device lost')));
    try {
      const before = tf.memory().numTensors;
      await expect(evaluate(pixelClassifier, sourceOf(rows, labels, 2), prepare)).rejects.toThrow(
        'device lost',
      );
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
      expect(tf.memory().numTensors).toBe(before);
    } finally {
      read.mockRestore();
      process.off('unhandledRejection', note);
    }
  });

  it('stops at the signal', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(
      evaluate(pixelClassifier, sourceOf(rows, labels, 2), prepare, { signal: controller.signal }),
    ).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('evaluates several heads with one pass over the source', async () => {
  const source = sourceOf(rows, labels, 2);
  const own = await evaluate(pixelClassifier, source, prepare);
  let batches = 0;
  const found = await evaluateHeads(
    (images) => {
      batches++;
      const logits = tf.reshape(images, [images.shape[0], 2]) as tf.Tensor2D;
      return { own: logits, turned: tf.neg(logits) };
    },
    source,
    prepare,
  );
  expect(batches).toBe(3);
  expect(found['own']).toEqual(own);
  expect(found['turned']?.top1).not.toBe(own.top1);
});

it('refuses logits of fewer classes than the source has, and none at all', async () => {
  const { numTensors } = tf.memory();
  const wider = { ...sourceOf(rows, labels, 2), numClasses: 3 };
  await expect(evaluate(pixelClassifier, wider, prepare)).rejects.toThrow(
    "evaluate: logits 'own' must have a column for each of the source's 3 classes; got [2,2]",
  );
  await expect(evaluateHeads(() => ({}), sourceOf(rows, labels, 2), prepare)).rejects.toThrow(
    'evaluate: classify must give logits by name; got []',
  );
  expect(tf.memory().numTensors).toBe(numTensors);
});
