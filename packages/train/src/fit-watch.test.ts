import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { toyRun } from '../test/toy-run.js';
import { evaluate } from './evaluate.js';
import { fit } from './fit.js';
import type { EpochRecord } from './records.js';

useBackend('cpu');

it('evaluates several heads, of which one counts, and keeps what was watched', async () => {
  const run = toyRun({ epochs: 3, evaluateEvery: 2 });
  const epochs: EpochRecord[] = [];
  const classify = (images: tf.Tensor4D) => {
    const { logits } = run.classifier.forward(images, { training: false });
    return { own: logits, turned: tf.neg(logits) };
  };
  const { last } = await fit({
    ...run,
    evaluated: { classify, counts: 'turned' },
    watch: async (epoch) => Promise.resolve({ epoch, collapse: 'constant' }),
    log: (record) => record.type === 'epoch' && epochs.push(record),
  });
  expect(epochs.map(({ watched }) => watched?.['epoch'])).toEqual([undefined, 2, 3]);
  expect(last?.watched).toEqual({ epoch: 3, collapse: 'constant' });
  expect(last?.validation).toEqual(last?.heads?.['turned']);
  const { validation, prepare, classifier } = run;
  expect(last?.heads?.['own']).toEqual(validation && (await evaluate(classifier, validation, prepare)));
});

it('refuses a head that is not there', async () => {
  const run = toyRun({ epochs: 1 });
  const classify = (images: tf.Tensor4D) => ({
    own: run.classifier.forward(images, { training: false }).logits,
  });
  await expect(fit({ ...run, evaluated: { classify, counts: 'other' } })).rejects.toThrow(
    'evaluated.counts must be one of own; got "other"',
  );
});
