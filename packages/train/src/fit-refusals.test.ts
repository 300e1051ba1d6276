import { isMixError } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { linearClassifier } from '../test/linear-classifier.js';
import { toyMixup } from '../test/toy-mixup.js';
import { toyRun } from '../test/toy-run.js';
import { toySource } from '../test/toy-source.js';
import { evaluate } from './evaluate.js';
import { fit } from './fit.js';
import type { FitOptions } from './fit-options.js';
import { sgd } from './sgd.js';

useBackend('cpu');

const shared = sgd();
const twoOptimizers = { classifier: shared, generator: shared };

it.each<[string, { readonly [K in keyof FitOptions]?: unknown }, string]>([
  [
    'a mixer',
    { method: toyMixup },
    'method must be a Method; got "function". Wrap a mixer: fromMixer(cutmix())',
  ],
  ['no method', { method: undefined }, 'method must be a Method; got "undefined"'],
  ['no classifier', { classifier: undefined }, 'classifier must be a Classifier; got "undefined"'],
  ['no rng', { rng: 7 }, 'rng must be made by createRng(seed); got "number"'],
  ['no prepare', { prepare: undefined }, 'prepare must be a function such as prepareImages()'],
  ['a list of batches', { train: [] }, 'train must be a BatchSource'],
  ['a rate', { schedule: 0.1 }, 'schedule must be a function of the step such as constant(0.1)'],
  [
    'an optimiser of tfjs',
    { optimizers: { learningRate: 0.1, applyGradients: () => undefined } },
    'optimizers must be such as sgd(), or one for each group',
  ],
  ['one optimiser for two groups', { optimizers: twoOptimizers }, 'optimizers must be one for each group'],
  ['a number to clip at', { clip: 1 }, 'clip must be { norm } or { value }; got 1'],
  [
    'two bounds',
    { clip: { norm: 1, value: 1 } },
    'clip must be { norm } or { value }; got {"norm":1,"value":1}',
  ],
  ['no bound at all', { clip: null }, 'clip must be { norm } or { value }; got null'],
  ['a list to validate on', { validation: [] }, 'validation must be a BatchSource'],
  [
    'something to evaluate',
    { evaluated: {} },
    'evaluated must be a Classifier, or { classify, counts }; got []',
  ],
  [
    'the path of a store',
    { store: 'runs/cutmix' },
    'store must be a CheckpointStore; got "string". Pass a folder as fileCheckpointStore(folder)',
  ],
  ['a store to come', { store: Promise.resolve() }, 'store must be a CheckpointStore; got []. Await it'],
  [
    'the controller of a signal',
    { signal: new AbortController() },
    'signal must be an AbortSignal; got []. Of an AbortController pass its signal',
  ],
  ['a path to log to', { log: 'metrics.jsonl' }, 'log must be a function; got "string"'],
  ['findings', { watch: { lam: 1 } }, 'watch must be a function; got ["lam"]'],
  ['a misspelt bound', { clip: { norms: 1 } }, 'clip must be { norm } or { value }; got {"norms":1}'],
])('refuses %s', async (_, extra, message) => {
  const { method } = toyRun();
  const groups = extra.optimizers === twoOptimizers ? { generator: { a: tf.variable(tf.scalar(0)) } } : {};
  const error = await fit({ ...toyRun({ method: { ...method, groups } }), ...extra } as FitOptions).catch(
    (reason: unknown) => reason,
  );
  expect(isMixError(error)).toBe(true);
  expect((error as Error).message).toContain(`fit: ${message}`);
});

it.each([3, -1])('refuses class %i of three, and names the image', async (label) => {
  const source = toySource();
  async function* batches(epoch: number) {
    for await (const batch of source.batches(epoch)) {
      yield { ...batch, labels: Int32Array.from(batch.labels).fill(label, 1, 2) };
    }
  }
  const train = { ...source, batches };
  const rule = `must be from 0 to 2; got ${label}`;
  await expect(fit(toyRun({ train }))).rejects.toThrow(new RegExp(`^fit: train: class of '\\d+' ${rule}`));
  const { classifier, prepare } = toyRun();
  await expect(evaluate(classifier, train, prepare)).rejects.toThrow(
    `evaluate: source: class of '2' ${rule}`,
  );
});

it.each([Number.NaN, undefined as never, -0.1])(
  'refuses a rate of %s before it changes a weight',
  async (rate) => {
    const classifier = linearClassifier();
    let before: number[] = [];
    const weights = () => Object.values(classifier.variables).flatMap((variable) => [...variable.dataSync()]);
    const schedule = (step: number) => {
      if (step === 2) before = weights();
      return step === 2 ? rate : 0.01;
    };
    const run = fit(toyRun({ classifier, schedule }));
    await expect(run).rejects.toThrow(
      `fit: schedule of 'classifier' must give a number of at least 0 at step 2; got ${rate}`,
    );
    expect(weights()).toEqual(before);
  },
);

it('refuses a metric that is no scalar, by name', async () => {
  const { method } = toyRun();
  const step: typeof method.step = (...given) => ({
    ...method.step(...given),
    metrics: { areas: tf.zeros([2]) as never },
  });
  const run = toyRun({ method: { ...method, step } });
  const { numTensors } = tf.memory();
  await expect(fit(run)).rejects.toThrow(
    "fit: metric 'areas' of method 'toyMixup' must be a scalar; got [2]",
  );
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('refuses groups whose buffers could not be told apart in a checkpoint', async () => {
  const { method } = toyRun();
  const [weight, other] = tf.tidy(() => [tf.variable(tf.scalar(0)), tf.variable(tf.scalar(0))]);
  const groups = { generator: { weight: weight! }, 'generator.mask': { other: other! } };
  await expect(fit(toyRun({ method: { ...method, groups } }))).rejects.toThrow(
    `fit: groups of method 'toyMixup' must not begin with 'generator.'; got "generator.mask"`,
  );
});
