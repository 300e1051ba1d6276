import { createRng, fromMixer } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { abortAt } from '../test/abort-at.js';
import { linearClassifier } from '../test/linear-classifier.js';
import { toyMixup } from '../test/toy-mixup.js';
import { toyRun } from '../test/toy-run.js';
import { twoGroups } from '../test/two-groups.js';
import { adamw } from './adamw.js';
import { decodeCheckpoint } from './checkpoint.js';
import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';
import { cosine } from './cosine.js';
import { fit } from './fit.js';
import { memoryCheckpointStore } from './memory-checkpoint-store.js';
import type { TrainRecord } from './records.js';
import { restoreClassifier } from './restore-classifier.js';
import { restoreMethod } from './restore-method.js';
import { sgd } from './sgd.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

/** All of a checkpoint but the clock and the tensor counter. */
async function content(store: CheckpointStore, slot: CheckpointSlot) {
  const { tensors, identity, values } = await decodeCheckpoint((await store.load(slot))!, slot);
  const timeless = JSON.stringify(values, (key, value) =>
    ['seconds', 'imagesPerSecond', 'numTensors'].includes(key) ? undefined : value,
  );
  const bits = [...tensors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('hex')]);
  return { bits, identity, timeless };
}

const timeless = (records: readonly TrainRecord[]) =>
  records
    .filter((record) => record.type !== 'start')
    .map((record) => ({ ...record, seconds: 0, imagesPerSecond: 0, numTensors: 0 }));

async function straight(optimizer = sgd({ momentum: 0.9, nesterov: true })) {
  const store = memoryCheckpointStore();
  const records: TrainRecord[] = [];
  const result = await fit(toyRun({ optimizers: optimizer, store, log: (r) => records.push(r) }));
  return { store, records, result };
}

describe('resume', () => {
  it.each([
    ['in mid-epoch', [9], () => sgd({ momentum: 0.9, nesterov: true })],
    ['at the end of an epoch, before its evaluation', [11], () => sgd({ momentum: 0.9, nesterov: true })],
    [
      'three times, with AdamW and rates by variable',
      [1, 8, 17],
      () => adamw({ rates: { 'conv.weight': 0.5 } }),
    ],
  ])('equals not stopping, bit for bit: %s', async (_, stops, optimizer) => {
    const one = await straight(optimizer());
    const store = memoryCheckpointStore();
    const records: TrainRecord[] = [];
    for (const stop of stops) {
      const options = toyRun({ optimizers: optimizer(), store, resume: true, log: (r) => records.push(r) });
      const stopped = await fit({ ...options, ...abortAt(stop) });
      expect(stopped.stopped).toBe(true);
      expect(stopped.step).toBe(stop + 1);
    }
    const result = await fit(
      toyRun({ optimizers: optimizer(), store, resume: true, log: (r) => records.push(r) }),
    );
    expect(result.stopped).toBe(false);
    expect(result.resumedFrom).toBe('last');
    for (const slot of ['last', 'best'] as const) {
      expect(await content(store, slot)).toEqual(await content(one.store, slot));
    }
    expect(timeless(records)).toEqual(timeless(one.records));
    expect(result.step).toBe(24);
    expect(result.best?.validation).toEqual(one.result.best?.validation);
  });

  it('equals not stopping where the source throws the reason of the signal', async () => {
    const one = await straight();
    const store = memoryCheckpointStore();
    const controller = new AbortController();
    const { signal } = controller;
    const optimizers = () => sgd({ momentum: 0.9, nesterov: true });
    const { train, ...others } = toyRun({ store, optimizers: optimizers(), signal });
    const ending = (reason: () => unknown): typeof train => ({
      ...train,
      async *batches(epoch, from = 0) {
        let batch = from;
        for await (const host of train.batches(epoch, from)) {
          if (epoch === 1 && batch++ === 2) throw reason();
          yield host;
        }
      },
    });
    const cancelled = ending(() => {
      controller.abort(new Error('stop'));
      return signal.reason;
    });
    expect(await fit({ ...others, train: cancelled })).toMatchObject({ stopped: true, step: 8 });
    await fit(toyRun({ optimizers: optimizers(), store, resume: true }));
    expect(await content(store, 'last')).toEqual(await content(one.store, 'last'));
    await expect(fit(toyRun({ train: ending(() => new Error('disk')) }))).rejects.toThrow('disk');
  });

  it('keeps optimiser, method and running statistics in the checkpoint', async () => {
    const { store } = await straight();
    const { tensors, identity } = await decodeCheckpoint((await store.load('last'))!, 'last');
    expect([...tensors.keys()].sort()).toEqual([
      'model.conv.bias',
      'model.conv.weight',
      'model.fc.bias',
      'model.fc.weight',
      'model.running_mean',
      'optimizer.classifier.momentum.conv.bias',
      'optimizer.classifier.momentum.conv.weight',
      'optimizer.classifier.momentum.fc.bias',
      'optimizer.classifier.momentum.fc.weight',
    ]);
    expect(identity).toMatchObject({ method: 'toyMixup', epochs: '4' });
  });

  it('of a finished run trains no further and reports what it reported', async () => {
    const { store, result } = await straight();
    const again = await fit(
      toyRun({ optimizers: sgd({ momentum: 0.9, nesterov: true }), store, resume: true }),
    );
    expect(again).toEqual({ ...result, resumedFrom: 'last' });
  });

  it('begins where there is nothing to resume', async () => {
    const records: TrainRecord[] = [];
    const store = memoryCheckpointStore();
    await fit(toyRun({ epochs: 1, store, resume: true, log: (r) => records.push(r) }));
    expect(records[0]).toMatchObject({ type: 'start', step: 0, epochsDone: 0, skipped: [] });
    expect(records[0]).not.toHaveProperty('resumedFrom');
  });

  it('needs to be asked for, so that no run overwrites another', async () => {
    const { store } = await straight();
    await expect(fit(toyRun({ store }))).rejects.toThrow(
      'fit: store must be empty for a new run; got "checkpoint \'last\' in memory". Pass resume: true',
    );
    await expect(fit(toyRun({ resume: true }))).rejects.toThrow('fit: store must be given to resume');
  });

  it('restores the best weights into a classifier', async () => {
    const { store } = await straight();
    const classifier = linearClassifier();
    await restoreClassifier(classifier, store);
    const { tensors } = await decodeCheckpoint((await store.load('best'))!, 'best');
    expect(classifier.variables['fc.weight']!.dataSync()).toEqual(tensors.get('model.fc.weight')!.data);
    await expect(restoreClassifier(classifier, memoryCheckpointStore())).rejects.toMatchObject({
      code: 'MISSING_FILE',
    });
  });

  it('restores what a method has of its own, into one that is made alike', async () => {
    const store = memoryCheckpointStore();
    const [method, other] = [twoGroups(), twoGroups()];
    const groups = { classifier: sgd(), generator: sgd() };
    await fit(toyRun({ epochs: 1, store, method, optimizers: groups }));
    await restoreMethod(other, store);
    expect(other.weight.dataSync()[0]).not.toBe(3);
    expect(other.weight.dataSync()).toEqual(method.weight.dataSync());
    await expect(restoreMethod({ ...other, name: 'another' }, store)).rejects.toThrow(
      `must be of method 'another'; got "${other.name}"`,
    );
    await expect(restoreMethod(other, memoryCheckpointStore())).rejects.toThrow(
      /^restoreMethod: .* must exist/,
    );
  });
});

describe('damaged and foreign checkpoints', () => {
  const damaged = (store: CheckpointStore, bad: readonly CheckpointSlot[], at = -1): CheckpointStore => ({
    ...store,
    async load(slot) {
      const bytes = await store.load(slot);
      if (bytes === undefined || !bad.includes(slot)) return bytes;
      const index = at < 0 ? bytes.length + at : at;
      bytes[index] = bytes[index]! ^ 0x10;
      return bytes;
    },
  });

  it('falls back to the one before, says so, and still ends with the same bits', async () => {
    const one = await straight();
    const store = memoryCheckpointStore();
    const optimizers = () => sgd({ momentum: 0.9, nesterov: true });
    await fit({ ...toyRun({ optimizers: optimizers(), store, checkpointEvery: 4 }), ...abortAt(14) });
    const records: TrainRecord[] = [];
    const result = await fit(
      toyRun({
        optimizers: optimizers(),
        store: damaged(store, ['last']),
        resume: true,
        checkpointEvery: 4,
        log: (r) => records.push(r),
      }),
    );
    expect(result.resumedFrom).toBe('previous');
    expect(records[0]).toMatchObject({ type: 'start', step: 12, resumedFrom: 'previous' });
    const [reason] = records[0]?.type === 'start' ? records[0].skipped : [];
    expect(reason).toMatch(
      /^decodeCheckpoint: checkpoint 'last' in memory must match its SHA-256, [0-9a-f]{64}; got /,
    );
    expect(await content(store, 'last')).toEqual(await content(one.store, 'last'));
  });

  it('finds a flipped bit anywhere: header, metadata, data', async () => {
    const { store } = await straight();
    const length = (await store.load('last'))!.length;
    for (let at = 0; at < length; at += 97) {
      const bytes = (await damaged(store, ['last'], at).load('last'))!;
      await expect(decodeCheckpoint(bytes, 'x')).rejects.toMatchObject({
        name: 'MixError',
        argument: expect.any(String),
      });
    }
    const whole = (await store.load('last'))!;
    await expect(decodeCheckpoint(whole.subarray(0, length - 5), 'x')).rejects.toMatchObject({
      code: 'FORMAT',
    });
  });

  it('stops if none can be read', async () => {
    const { store } = await straight();
    await expect(
      fit(toyRun({ store: damaged(store, ['last', 'previous', 'best']), resume: true })),
    ).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
  });

  it.each([
    [
      'model',
      () => ({ classifier: linearClassifier({ width: 5 }) }),
      /^fit: checkpoint 'last' in memory must be of this run; its model is 4 variables of 55 numbers, \w+, this run's is 4 variables of 68 numbers, \w+\. Resume with/,
    ],
    [
      'method',
      () => ({ method: fromMixer(toyMixup, { name: 'cutmix' }) }),
      /its method is toyMixup, this run's is cutmix\. Resume/,
    ],
    ['seed', () => ({ rng: createRng(1) }), /its seed is \w+, this run's is \w+\. Resume/],
    [
      'configuration',
      () => ({ config: { alpha: 1 } }),
      /its config is absent, this run's is {"alpha":1}\. Resume/,
    ],
    [
      'optimiser',
      () => ({ optimizers: adamw() }),
      /its optimizer of 'classifier' is .*sgd.*, this run's is .*adamw/,
    ],
    [
      'schedule',
      () => ({ schedule: cosine({ base: 0.1, totalSteps: 24, warmupSteps: 3 }) }),
      /its schedule of 'classifier' gives 0\.06667 at step 0, this run's 0\.03333\. Resume/,
    ],
    [
      'schedule in the last digits at the end',
      () => {
        const schedule = cosine({ base: 0.2, totalSteps: 24, warmupSteps: 3 });
        return { schedule: (step: number) => schedule(step) * (step < 23 ? 1 : 1 + 1e-9) };
      },
      /gives 0\.001\d{10,} at step 23, this run's 0\.001\d{10,}\. Resume/,
    ],
    [
      'length',
      () => ({ epochs: 5 }),
      /its epochs is 4, this run's is 5 \(also different: schedule of 'classifier'\)\. Resume/,
    ],
  ])('refuses one of another %s in one line', async (_, extra, message) => {
    const { store } = await straight();
    const options = toyRun({
      optimizers: sgd({ momentum: 0.9, nesterov: true }),
      store,
      resume: true,
      ...extra(),
    });
    const error = await fit(options).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'STATE_MISMATCH', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('\n');
  });

  it('refuses one of a later format instead of falling back', async () => {
    const { store } = await straight();
    const text = Buffer.from((await store.load('last'))!)
      .toString('latin1')
      .replace('"version":"1"', '"version":"9"');
    const later: CheckpointStore = { ...store, load: () => Promise.resolve(Buffer.from(text, 'latin1')) };
    await expect(fit(toyRun({ store: later, resume: true }))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
