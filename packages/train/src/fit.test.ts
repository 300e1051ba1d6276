import { type BatchSource, fromMixer, type Method, type StepContext } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearClassifier } from '../test/linear-classifier.js';
import { toyMixup } from '../test/toy-mixup.js';
import { toyRun } from '../test/toy-run.js';
import { toySource } from '../test/toy-source.js';
import { twoGroups } from '../test/two-groups.js';
import { adamw } from './adamw.js';
import { decodeCheckpoint } from './checkpoint.js';
import type { Clip } from './clip-gradients.js';
import { constant } from './constant.js';
import { evaluate } from './evaluate.js';
import { fit } from './fit.js';
import type { FitProgress } from './fit-options.js';
import { memoryCheckpointStore } from './memory-checkpoint-store.js';
import { prepareImages } from './prepare-images.js';
import type { EpochRecord, TrainRecord } from './records.js';
import { sgd } from './sgd.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

const plain = prepareImages({ mean: [0.4], std: [0.25] });
const epochsOf = (records: readonly TrainRecord[]) =>
  records.filter((record): record is EpochRecord => record.type === 'epoch');

describe('fit', () => {
  it('learns, evaluates, and reports last and best epoch', async () => {
    const records: TrainRecord[] = [];
    const store = memoryCheckpointStore();
    const result = await fit(
      toyRun({
        train: toySource({ numSamples: 60, batchSize: 10 }),
        validation: toySource({ numSamples: 30, batchSize: 7, seed: 9 }),
        prepare: plain,
        epochs: 20,
        optimizers: adamw(),
        schedule: constant(0.03),
        store,
        log: (record) => records.push(record),
        logEvery: 10,
      }),
    );
    const epochs = epochsOf(records);
    expect(epochs).toHaveLength(20);
    expect(epochs.at(-1)?.loss).toBeLessThan((epochs[0]?.loss ?? 0) * 0.9);
    expect(result.last).toEqual(epochs.at(-1));
    expect(result).toMatchObject({ stopped: false, step: 120, epochsDone: 20 });
    expect(records.filter(({ type }) => type === 'step')).toHaveLength(12);

    const tops = epochs.map(({ validation }) => validation!.top1);
    expect(Math.max(...tops)).toBeGreaterThan(0.8);
    const best = epochs
      .filter(({ validation }) => validation!.top1 === Math.max(...tops))
      .sort((a, b) => a.validation!.loss - b.validation!.loss)[0];
    expect(result.best).toEqual(best);
    const stored = await decodeCheckpoint((await store.load('best'))!, 'best');
    expect(stored.values['position']).toMatchObject({ epoch: best!.epoch });
  });

  it('writes records of stated fields, λ-weighted accuracy under its own name', async () => {
    const records: TrainRecord[] = [];
    let clock = 0;
    await fit(toyRun({ epochs: 1, log: (r) => records.push(r), logEvery: 3, now: () => (clock += 500) }));
    const [start, ...others] = records;
    expect(start).toEqual({
      type: 'start',
      method: 'toyMixup',
      step: 0,
      epochsDone: 0,
      epochs: 1,
      stepsPerEpoch: 6,
      parameters: { classifier: 55 },
      skipped: [],
    });
    expect(others.map(({ type }) => type)).toEqual(['step', 'step', 'epoch']);
    expect(Object.keys(others[0]!).sort()).toEqual([
      ...['epoch', 'lam', 'learningRate', 'loss', 'mixedAccuracy', 'step', 'type'],
    ]);
    expect(Object.keys(others[2]!).sort()).toEqual([
      ...['best', 'epoch', 'imagesPerSecond', 'lam', 'learningRate', 'loss', 'mixedAccuracy', 'numTensors'],
      ...['seconds', 'step', 'type', 'validation'],
    ]);
    expect(others[0]).toMatchObject({ step: 3, epoch: 1, learningRate: 0.20000000000000004 });
    expect(others[2]).toMatchObject({ seconds: 3, imagesPerSecond: 22 / 3, best: true });
    expect(JSON.parse(JSON.stringify(records))).toEqual(records);
  });

  it('averages each epoch over its own samples, the partial batch included', async () => {
    const records: TrainRecord[] = [];
    await fit(toyRun({ epochs: 2, log: (r) => records.push(r) }));
    const sizes = [4, 4, 4, 4, 4, 2];
    const losses = records.flatMap((record) => (record.type === 'step' ? [record.loss] : []));
    for (const epoch of [0, 1]) {
      const sum = sizes.reduce((total, size, index) => total + size * losses[6 * epoch + index]!, 0);
      expect(epochsOf(records)[epoch]?.loss).toBeCloseTo(sum / 22, 12);
    }
  });

  it('tells progress of every step', async () => {
    const seen: FitProgress[] = [];
    await fit(toyRun({ epochs: 2, onProgress: (progress) => seen.push(progress) }));
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(seen[7]).toMatchObject({ epoch: 2, epochs: 2, stepInEpoch: 2, stepsPerEpoch: 6, totalSteps: 12 });
  });

  it('evaluates every so many epochs, and after the last', async () => {
    const records: TrainRecord[] = [];
    await fit(toyRun({ epochs: 5, evaluateEvery: 3, log: (r) => records.push(r) }));
    expect(epochsOf(records).map(({ validation }) => validation !== undefined)).toEqual([
      ...[false, false, true, false, true],
    ]);
    const none = await fit(toyRun({ epochs: 2, validation: undefined } as never));
    expect(none.best).toBeUndefined();
  });

  it('evaluates another classifier if told to', async () => {
    const evaluated = linearClassifier();
    const untrained = await evaluate(evaluated, toySource({ seed: 9 }), plain);
    const run = toyRun({ epochs: 2, prepare: plain, validation: toySource({ seed: 9 }) });
    expect((await fit({ ...run, evaluated })).last?.validation).toEqual(untrained);
  });

  it('keeps the tensor count flat over 60 steps, and leaves only state behind', async () => {
    const options = toyRun({ epochs: 10, store: memoryCheckpointStore(), checkpointEvery: 2 });
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    await fit({ ...options, onProgress: () => counts.push(tf.memory().numTensors) });
    expect(counts).toHaveLength(60);
    expect(new Set(counts.slice(1, -1)).size).toBeLessThanOrEqual(2);
    expect(Math.max(...counts.slice(40))).toBe(Math.max(...counts.slice(1, 20)));
    // one momentum for each variable
    expect(tf.memory().numTensors - before).toBe(4);
  });

  it('gives every step its own draws, by seed, epoch and step alone', async () => {
    const contexts: StepContext[] = [];
    const method = fromMixer(toyMixup);
    await fit(
      toyRun({
        epochs: 2,
        method: {
          ...method,
          step: (classifier, batch, context) => {
            contexts.push(context);
            return method.step(classifier, batch, context);
          },
        },
      }),
    );
    expect(new Set(contexts.map(({ rng }) => rng.state().key.join())).size).toBe(12);
    expect(contexts.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(contexts[3]?.progress).toBe(0.25);
    const { rng } = toyRun();
    expect(contexts[7]?.rng.state().key).toEqual(rng.fork('step', 1, 1, 0).state().key);
  });
});

describe('fit with several groups', () => {
  const rates = { classifier: constant(1e-3), generator: constant(0.25) };
  it('updates each group by its own gradient, optimiser and rate', async () => {
    const method = twoGroups();
    const classifier = linearClassifier();
    const alone = linearClassifier();
    const records: TrainRecord[] = [];
    const optimizers = { classifier: sgd(), generator: sgd() };
    const common = { prepare: plain, epochs: 1, optimizers, schedule: rates, clip: { norm: 1e9 } };
    await fit(toyRun({ ...common, classifier, method, log: (r) => records.push(r) }));
    // w ← w − ¼ · 2(w − 1), six times from 3
    expect(method.weight.dataSync()[0]).toBe(1 + 2 / 2 ** 6);
    expect(method.idle.dataSync()[0]).toBe(7);
    expect(epochsOf(records)[0]).toMatchObject({
      losses: { generator: expect.any(Number) },
      metrics: { distance: expect.any(Number) },
    });
    const single: Method = {
      ...method,
      groups: {},
      step: (...step) => {
        const { losses, metrics } = method.step(...step);
        return { losses: { classifier: losses['classifier']! }, metrics };
      },
    };
    await fit(toyRun({ ...common, optimizers: sgd(), classifier: alone, method: single }));
    for (const [name, variable] of Object.entries(classifier.variables)) {
      expect(variable.dataSync(), name).toEqual(alone.variables[name]!.dataSync());
    }
  });

  it('clips the groups that it is told to', async () => {
    const [method, both] = [twoGroups(), twoGroups()];
    const [classifier, alone] = [linearClassifier(), linearClassifier()];
    const optimizers = { classifier: sgd(), generator: sgd() };
    const common = { prepare: plain, epochs: 1, optimizers, schedule: rates };
    await fit(toyRun({ ...common, classifier, method, clip: { generator: { value: 0.5 } } }));
    expect(method.weight.dataSync()[0]).toBe(3 - 6 * 0.25 * 0.5);
    const unclipped: Clip = { norm: 1e9 };
    await fit(toyRun({ ...common, classifier: alone, method: both, clip: unclipped }));
    for (const [name, variable] of Object.entries(classifier.variables)) {
      expect(variable.dataSync(), name).toEqual(alone.variables[name]!.dataSync());
    }
  });

  it('clips all groups by their common norm', async () => {
    const change = async (clip: Clip) => {
      const [classifier, method] = [linearClassifier(), twoGroups()];
      const all = { ...classifier.variables, ...method.groups['generator'] };
      const values = () => Object.values(all).flatMap((variable) => [...variable.dataSync()]);
      const before = values();
      const train = toySource({ numSamples: 4, batchSize: 4 });
      const optimizers = { classifier: sgd(), generator: sgd() };
      const schedule = constant(1);
      await fit(toyRun({ classifier, method, prepare: plain, epochs: 1, train, optimizers, schedule, clip }));
      return values().map((value, index) => value - before[index]!);
    };
    const free = await change({ norm: 1e9 });
    const norm = Math.hypot(...free);
    expect(norm).toBeGreaterThan(4);
    const clipped = await change({ norm: 2, jointly: true });
    clipped.forEach((value, index) => expect(value).toBeCloseTo((free[index]! * 2) / norm, 5));
    expect(await change({ norm: norm + 1, jointly: true })).toEqual(free);
  });

  it('leaves a group alone in steps without a loss for it', async () => {
    const method = twoGroups(true);
    const optimizers = { classifier: sgd(), generator: sgd({ weightDecay: 0 }) };
    await fit(
      toyRun({ method, prepare: plain, epochs: 1, optimizers, schedule: rates, clip: { norm: 1e9 } }),
    );
    expect(method.weight.dataSync()[0]).toBe(1 + 2 / 2 ** 3);
  });

  it('does not let the classifier loss train a group that has no loss of its own in a step', async () => {
    const method = twoGroups();
    const leaking: Method = {
      ...method,
      step(...step) {
        const { losses, metrics } = method.step(...step);
        return { losses: { classifier: tf.add(losses['classifier']!, losses['generator']!) }, metrics };
      },
    };
    const optimizers = { classifier: sgd(), generator: sgd() };
    await fit(toyRun({ method: leaking, prepare: plain, epochs: 1, optimizers, schedule: rates }));
    expect(method.weight.dataSync()[0]).toBe(3);
  });

  it("trains a method's own variables in the group 'classifier' with the classifier's", async () => {
    const method = twoGroups();
    const { weight } = method;
    const joined: Method = {
      ...method,
      groups: { classifier: { weight } },
      step(...step) {
        const { losses, metrics } = method.step(...step);
        return { losses: { classifier: tf.add(losses['classifier']!, losses['generator']!) }, metrics };
      },
    };
    const records: TrainRecord[] = [];
    const common = {
      prepare: plain,
      epochs: 1,
      optimizers: sgd(),
      schedule: constant(0.25),
      clip: { norm: 1e9 },
    };
    await fit(toyRun({ ...common, method: joined, log: (r) => records.push(r) }));
    expect(weight.dataSync()[0]).toBe(1 + 2 / 2 ** 6);
    expect(records[0]).toMatchObject({ parameters: { classifier: 56 } });
    const [name = ''] = Object.keys(linearClassifier().variables);
    const clashing: Method = { ...joined, groups: { classifier: { [name]: weight } } };
    await expect(fit(toyRun({ ...common, method: clashing }))).rejects.toThrow(
      `fit: the group 'classifier' of method 'twoGroups' must have other names than the classifier's variables; got ["${name}"]`,
    );
  });

  it('wants an optimiser for each group before the first step, and no other', async () => {
    const steps: number[] = [];
    const spied: Method = {
      ...twoGroups(),
      step() {
        steps.push(1);
        return { losses: {}, metrics: {} };
      },
    };
    await expect(fit(toyRun({ method: spied }))).rejects.toThrow(
      "fit: optimizers must have one for group 'generator' of method 'twoGroups'; got [\"classifier\"]. " +
        'Pass optimizers: { classifier: sgd(...), generator: sgd(...) }',
    );
    await expect(fit(toyRun({ optimizers: { classifier: sgd(), genrator: sgd() } }))).rejects.toThrow(
      "fit: optimizers must be for the groups 'classifier' of method 'toyMixup'; got \"genrator\"",
    );
    await expect(
      fit(
        toyRun({
          method: spied,
          optimizers: { classifier: sgd(), generator: sgd() },
          schedule: { classifier: constant(1) },
        }),
      ),
    ).rejects.toThrow('fit: schedule must have one for group \'generator\'; got ["classifier"]');
    expect(steps).toEqual([]);
  });
});

describe('fit skips steps whose loss is not finite', () => {
  /** Two groups with a loss times NaN in some steps; takes down all state at the start of every step. */
  function run(
    bad: (step: number) => boolean,
    extra: Partial<Parameters<typeof fit>[0]> = {},
    how: 'loss' | 'gradient' = 'loss',
  ) {
    const classifier = linearClassifier();
    const optimizers = { classifier: sgd({ momentum: 0.9 }), generator: adamw() };
    const own = twoGroups();
    const seen: string[] = [];
    const takeDown = () => {
      const parts = [classifier, own, optimizers.classifier, optimizers.generator].map((part) =>
        part.state(),
      );
      const lists = parts.map(({ tensors }) =>
        Object.values(tensors).map((tensor) => [...tensor.dataSync()]),
      );
      for (const { tensors } of parts) tf.dispose({ ...tensors });
      return JSON.stringify([lists, parts.map(({ values }) => values)]);
    };
    const method: Method = {
      ...own,
      step(given, batch, context) {
        seen.push(takeDown());
        const { losses, metrics } = own.step(given, batch, context);
        if (!bad(context.step)) return { losses, metrics };
        const loss = losses['generator']!;
        // The second is finite and has no finite gradient.
        const generator: tf.Scalar =
          how === 'loss' ? tf.mul(loss, Infinity) : tf.add(loss, tf.sqrt(tf.mul(own.weight, 0)));
        return { losses: { ...losses, generator }, metrics };
      },
      afterStep: () => tf.tidy(() => own.idle.assign(tf.add(own.idle, 1))),
    };
    return { seen, takeDown, done: fit(toyRun({ classifier, method, optimizers, clip: {}, ...extra })) };
  }

  it('leaving everything as it was, and counts them', async () => {
    const records: TrainRecord[] = [];
    const { numTensors } = tf.memory();
    await run(() => false).done;
    const left = tf.memory().numTensors - numTensors;
    const told: number[] = [];
    const { seen, done } = run((step) => step === 3 || step === 7, {
      skipNonFinite: 1,
      log: (record) => records.push(record),
      onProgress: ({ step }) => told.push(step),
    });
    await expect(done).resolves.toMatchObject({ step: 24, epochsDone: 4 });
    const same = seen.flatMap((state, step) => (state === seen[step + 1] ? [step] : []));
    expect(same).toEqual([3, 7]);
    expect(seen.join()).not.toContain('null');
    expect(epochsOf(records).map(({ skippedSteps }) => skippedSteps)).toEqual([1, 1, undefined, undefined]);
    expect(records.filter(({ type }) => type === 'step')).toHaveLength(22);
    expect(told).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    expect(tf.memory().numTensors - numTensors).toBe(2 * left);
  });

  it('up to so many in a row, also across a checkpoint, and throws with nothing changed', async () => {
    const store = memoryCheckpointStore();
    const bad = (step: number) => step === 1 || step >= 10;
    const { seen, takeDown, done } = run(bad, { skipNonFinite: 3, store, checkpointEvery: 1 });
    await expect(done).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringContaining("loss of 'generator' is Infinity at step 14 (epoch 3"),
    });
    expect(takeDown()).toBe(seen[10]);
    expect((await decodeCheckpoint((await store.load('last'))!, 'last')).values['position']).toMatchObject({
      step: 13,
      skippedInRow: 3,
    });
    const resumed = run(bad, { skipNonFinite: 3, store, resume: true });
    await expect(resumed.done).rejects.toThrow('at step 14 (epoch 3');
  });

  it('also where the gradients alone are not', async () => {
    const { seen, done } = run((step) => step === 3, { skipNonFinite: 1 }, 'gradient');
    await done;
    expect(seen.flatMap((state, step) => (state === seen[step + 1] ? [step] : []))).toEqual([3]);
    const always = run((step) => step > 2, { skipNonFinite: 1 }, 'gradient');
    await expect(always.done).rejects.toThrow(
      'fit: gradients must be finite at step 5; got "NaN or Infinity"',
    );
    expect(always.takeDown()).toBe(always.seen[3]);
  });

  it('but not all of an epoch', async () => {
    const { done } = run((step) => step >= 6, { skipNonFinite: 100 });
    await expect(done).rejects.toThrow(
      'fit: epoch 2 must have a step whose losses and gradients are finite; got "none"',
    );
  });

  it('throws before another step is begun', async () => {
    const alone = run((step) => step >= 1 && step <= 3, { skipNonFinite: 2 });
    await expect(alone.done).rejects.toThrow('at step 4 (epoch 1');
    expect(alone.seen).toHaveLength(4);
    expect(alone.takeDown()).toBe(alone.seen[1]);
  });
});

describe('fit stops', () => {
  /** Like `method`, with a loss times NaN from step `from` on. */
  const poisoned = (from: number, method: Method = fromMixer(toyMixup, { name: 'cutmix' })): Method => ({
    ...method,
    step(classifier, batch, context) {
      const { losses, metrics } = method.step(classifier, batch, context);
      const factor = context.step >= from ? Number.NaN : 1;
      return { losses: { classifier: tf.mul(losses['classifier']!, factor) }, metrics };
    },
  });

  it('at a loss that is not finite, and saves nothing of it', async () => {
    const store = memoryCheckpointStore();
    const classifier = linearClassifier();
    const options = toyRun({ classifier, method: poisoned(8), store, checkpointEvery: 1 });
    const before = tf.memory().numTensors;
    const error = await fit(options).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'NOT_FINITE' });
    expect((error as Error).message).toMatch(
      /^fit: loss of 'classifier' is NaN at step 9 \(epoch 2, method 'cutmix', lam 0\.\d+, lr 0\.\d+\)\. Lower the learning rate, or clip gradients with clip: { norm: 1 }$/,
    );
    const { tensors, values } = await decodeCheckpoint((await store.load('last'))!, 'last');
    expect(values['position']).toMatchObject({ step: 8 });
    for (const { data } of tensors.values())
      expect([...(data as Float32Array)].every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors - before).toBe(4);
  });

  it('at the last step too', async () => {
    await expect(fit(toyRun({ epochs: 1, method: poisoned(5) }))).rejects.toThrow('is NaN at step 6');
  });

  it('before it saves weights that overflowed in the last update', async () => {
    const store = memoryCheckpointStore();
    const run = toyRun({ epochs: 1, store, schedule: constant(1e38), optimizers: sgd() });
    const huge: Partial<typeof run> = { train: toySource({ numSamples: 4 }), clip: { value: 1e30 } };
    const { validation: _, ...rest } = run;
    const method = fromMixer(toyMixup, { loss: (logits) => tf.mul(tf.sum(logits, 1), 1e20) as tf.Tensor1D });
    await expect(fit({ ...rest, ...huge, method })).rejects.toThrow(
      /^fit: checkpoint tensor 'model\.[\w.]+' must be finite after step 1; got "NaN or Infinity"\. It is not saved\./,
    );
    expect(await store.load('last')).toBeUndefined();
  });

  it('when a source gives too few batches, and frees what it held when a method throws', async () => {
    const short: BatchSource = { ...toySource(), numBatches: 7 };
    await expect(fit(toyRun({ train: short }))).rejects.toThrow(
      'fit: train must give 7 batches an epoch; got 6',
    );
    const method = fromMixer(toyMixup);
    const broken: Method = {
      ...method,
      step(classifier, batch, context) {
        if (context.step === 2) throw new Error('no guide');
        return method.step(classifier, batch, context);
      },
    };
    const options = toyRun({ method: broken, optimizers: sgd() });
    const before = tf.memory().numTensors;
    await expect(fit(options)).rejects.toThrow('no guide');
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ epochs: 0 }, 'fit: epochs must be an integer of at least 1; got 0'],
    [{ evaluateEvery: 0 }, 'fit: evaluateEvery must be an integer of at least 1; got 0'],
    [{ checkpointEvery: -1 }, 'fit: checkpointEvery must be an integer of at least 0; got -1'],
    [{ clip: { norm: -1 } }, 'fit: clip.norm must be a finite number above 0; got -1'],
    [
      { clip: { generator: { norm: 1 } } },
      "fit: clip must be for the groups 'classifier' of method 'toyMixup'; got \"generator\"",
    ],
    [
      { clip: { classifier: { norm: 2, jointly: true } } },
      'fit: clip.classifier.jointly must be left out: it is for all groups; got true. Pass clip: { norm: 2, jointly: true }',
    ],
    [{ clip: { norm: 0, jointly: true } }, 'fit: clip.norm must be a finite number above 0; got 0'],
    [{ clip: { classifier: { value: 0 } } }, 'fit: clip.value must be a finite number above 0; got 0'],
    [{ train: toySource({ numClasses: 4 }) }, "fit: train.numClasses must equal the classifier's, 3; got 4"],
    [
      { method: { ...fromMixer(toyMixup, { name: 'toyMixup' }), step: () => ({ losses: {}, metrics: {} }) } },
      "fit: losses of method 'toyMixup' must have 'classifier'; got []",
    ],
  ])('at options that do not fit: %#', async (extra, message) => {
    await expect(fit(toyRun(extra))).rejects.toThrow(message);
  });
});
