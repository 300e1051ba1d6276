import { type Classifier, fromMixer, identity, type Method, type StepContext } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { abortAt } from '../test/abort-at.js';
import { linearClassifier } from '../test/linear-classifier.js';
import { toyRun } from '../test/toy-run.js';
import { toySource } from '../test/toy-source.js';
import { twoGroups } from '../test/two-groups.js';
import { fit } from './fit.js';
import type { FitOptions } from './fit-options.js';
import { memoryCheckpointStore } from './memory-checkpoint-store.js';
import { prepareImages } from './prepare-images.js';
import type { TrainRecord } from './records.js';
import { sgd } from './sgd.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

/** A classifier that looks at no statistics of its batch. */
function steady(): Classifier {
  const made = linearClassifier();
  return { ...made, forward: (images) => made.forward(images, { training: false }) };
}

async function trained(options: Partial<FitOptions>) {
  const classifier = options.classifier ?? steady();
  const records: TrainRecord[] = [];
  const result = await fit(
    toyRun({
      method: fromMixer(identity),
      prepare: prepareImages({ mean: [0.4], std: [0.25] }),
      log: (record) => records.push(record),
      ...options,
      classifier,
    }),
  );
  const { tensors } = classifier.state();
  const weights = Object.values(tensors).flatMap((tensor) => [...tensor.dataSync()]);
  tf.dispose({ ...tensors });
  return { result, weights, records };
}

describe('fit accumulates gradients', () => {
  it.each([
    ['parts of one size', { numSamples: 20, batchSize: 10 }, { numSamples: 20, batchSize: 5 }, 2],
    ['an epoch that ends with fewer, and a smaller one', { batchSize: 15 }, { batchSize: 5 }, 3],
    ['parts of different sizes', { numSamples: 13, batchSize: 13 }, { numSamples: 13, batchSize: 4 }, 4],
  ])('as one batch would give: %s', async (_, whole, parts, accumulate) => {
    const { numTensors } = tf.memory();
    const one = await trained({ train: toySource(whole) });
    const left = tf.memory().numTensors - numTensors;
    const several = await trained({ train: toySource(parts), accumulate });
    several.weights.forEach((weight, index) => expect(weight).toBeCloseTo(one.weights[index]!, 5));
    expect(several.result.step).toBe(one.result.step);
    const losses = (records: readonly TrainRecord[]) =>
      records.flatMap((record) => ('loss' in record ? [record.loss] : []));
    // A loss for each step and each of the 4 epochs.
    expect(losses(several.records)).toHaveLength(one.result.step + 4);
    losses(several.records).forEach((loss, index) => {
      expect(loss).toBeCloseTo(losses(one.records)[index]!, 5);
    });
    expect(tf.memory().numTensors - numTensors).toBe(2 * left);
  });

  it('of groups that only some batches train, and averages once a step', async () => {
    const method = twoGroups();
    const contexts: StepContext[] = [];
    let [batches, averages] = [0, 0];
    const some: Method = {
      ...method,
      step(classifier, batch, context) {
        contexts.push(context);
        const { losses, metrics } = method.step(classifier, batch, context);
        const { generator, ...others } = losses;
        return { losses: batches++ % 4 === 1 ? losses : others, metrics };
      },
      afterStep: () => averages++,
    };
    await trained({
      method: some,
      train: toySource({ numSamples: 4, batchSize: 1 }),
      epochs: 1,
      accumulate: 4,
      optimizers: { classifier: sgd(), generator: sgd() },
      schedule: () => 0.1,
      clip: {},
    });
    // (w - 1)² has gradient 4 at 3, in one of four batches.
    expect(method.weight.dataSync()[0]).toBeCloseTo(3 - 0.1, 6);
    expect(method.idle.dataSync()[0]).toBe(7);
    expect([batches, averages]).toEqual([4, 1]);
    expect(new Set(contexts.map(({ step }) => step))).toEqual(new Set([0]));
    expect(new Set(contexts.map(({ rng }) => rng.fork('x').uniform())).size).toBe(4);
  });

  it('and goes on with the same bits when it was stopped, but not with another number of batches', async () => {
    const options = { train: toySource({ numSamples: 22, batchSize: 4 }), accumulate: 2, skipNonFinite: 1 };
    const straight = await trained({ ...options, classifier: linearClassifier() });
    expect(straight.result.step).toBe(12);
    const store = memoryCheckpointStore();
    for (const stop of [1, 7]) {
      const stopped = await fit({ ...toyRun({ ...own(), store, resume: true }), ...abortAt(stop) });
      expect(stopped).toMatchObject({ stopped: true, step: stop + 1 });
    }
    await expect(fit(toyRun({ ...own(), store, resume: true, accumulate: 3 }))).rejects.toThrow(
      "its accumulate is 2, this run's is 3",
    );
    const { weights } = await trained({ ...own(), store, resume: true });
    expect(weights).toEqual(straight.weights);
    for (const skipNonFinite of [0, 1])
      expect(await stoppedWithin({ ...own(), skipNonFinite })).toEqual(weights);

    /** Of a run whose source ended by itself when it was aborted, within the fourth step. */
    async function stoppedWithin(given: Partial<FitOptions>) {
      const torn = memoryCheckpointStore();
      const controller = new AbortController();
      const source: FitOptions['train'] = {
        ...options.train,
        async *batches(epoch, from = 0) {
          let batch = from;
          for await (const host of options.train.batches(epoch, from)) {
            if (controller.signal.aborted) return;
            if (batch++ === 2 && epoch === 1) controller.abort(new Error('stop'));
            yield host;
          }
        },
      };
      const first = toyRun({ ...given, train: source, store: torn, signal: controller.signal });
      expect(await fit(first)).toMatchObject({ stopped: true });
      const last = { ...given, classifier: linearClassifier(), store: torn, resume: true };
      return (await trained(last)).weights;
    }

    function own() {
      return {
        ...options,
        classifier: linearClassifier(),
        method: fromMixer(identity),
        prepare: prepareImages({ mean: [0.4], std: [0.25] }),
      };
    }
  });
});
