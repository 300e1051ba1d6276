import { type Batch, createRng, type Json, type MixedBatch } from '@mix/core';
import { drawnShapes, longTail } from '@mix/data';
import { cifarResnet, type Model } from '@mix/models';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { labelRules } from '../factories/label-rules.js';
import { balanceNames, losses } from '../factories/losses.js';
import type { MixerContext } from '../factories/mixer-entry.js';
import { mixers } from '../factories/mixers.js';
import { type CreatedMethod, createMethod, createMixer } from './create-method.js';

useBackend('cpu');

const context: MixerContext = { numClasses: 3, scale: { mean: 0, std: 1 } };

const resolve = (content: Readonly<Record<string, unknown>>) =>
  resolveConfig({ file: { name: 'test', content: { train: { epochs: 10 }, ...content } }, flags: new Map() });

/** What a configuration draws for a batch of 64, at a progress. */
function drawn(method: Readonly<Record<string, unknown>>, progress: number, seed = 0): Json {
  return tf.tidy(() => {
    const mixer = createMixer(resolve({ method }), context);
    const batch = tinyBatch({ size: 64, height: 8, width: 8 });
    const mixed: MixedBatch = mixer(batch, { rng: createRng(seed), progress });
    const lam = tf.slice(mixed.lam, [0, 0], [-1, 1]).dataSync();
    return [...lam];
  });
}

const mixedRows = (method: Readonly<Record<string, unknown>>, progress: number): number =>
  (drawn(method, progress) as number[]).filter((lam) => lam < 1).length;

describe('createMixer', () => {
  it('starts and stops by epochs', () => {
    const method = { mixer: 'mixup', onEpoch: 3, offEpoch: 8 };
    expect([0, 0.29, 0.3, 0.79, 0.8, 1].map((progress) => mixedRows(method, progress) > 0)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('moves the probability, by batch or by row', () => {
    const method = { mixer: 'mixup', mode: 'elem', prob: 0, probEnd: 1, probBy: 'image' };
    expect(mixedRows(method, 0)).toBe(0);
    expect(mixedRows(method, 0.5)).toBeGreaterThan(16);
    expect(mixedRows(method, 0.5)).toBeLessThan(48);
    expect(mixedRows(method, 1)).toBe(64);
    expect(mixedRows({ ...method, rampEpochs: 5 }, 0.5)).toBe(64);
    expect([0, 64]).toContain(mixedRows({ ...method, probBy: 'batch' }, 0.5));
  });

  it('moves alpha', () => {
    const method = { mixer: 'mixup', mode: 'elem', alpha: 0.05, alphaEnd: 50 };
    const middling = (progress: number): number =>
      (drawn(method, progress) as number[]).filter((lam) => lam > 0.3 && lam < 0.7).length;
    expect(middling(0)).toBeLessThan(10);
    expect(middling(1)).toBeGreaterThan(60);
  });

  it('pairs as it is told', () => {
    tf.tidy(() => {
      const sources = (pairing: string): number[][] => {
        const mixer = createMixer(resolve({ method: { mixer: 'mixup', pairing } }), context);
        const mixed = mixer(tinyBatch({ size: 6 }), { rng: createRng(1), progress: 0 });
        return mixed.sources.arraySync();
      };
      expect(sources('reverse').map(([, other]) => other)).toEqual([5, 4, 3, 2, 1, 0]);
      expect(sources('roll').map(([, other]) => other)).toEqual([5, 0, 1, 2, 3, 4]);
      for (const [own = 0, other = 0] of sources('derange')) expect(other).not.toBe(own);
      // Classes are 0, 1, 2, 0, 1, 2.
      for (const [own = 0, other = 0] of sources('same-class')) expect(other % 3).toBe(own % 3);
      for (const [own = 0, other = 0] of sources('different-class')) expect(other % 3).not.toBe(own % 3);
    });
  });

  it('follows a curriculum, and takes one of several', () => {
    tf.tidy(() => {
      const method = (section: Readonly<Record<string, unknown>>, progress: number): string => {
        const mixer = createMixer(resolve({ method: section }), context);
        return mixer(tinyBatch(), { rng: createRng(0), progress }).plan.method;
      };
      const curriculum = { mixer: 'curriculum', mixers: ['mixup', 'cutout', 'ricap'] };
      expect([0, 0.4, 0.7, 1].map((progress) => method(curriculum, progress))).toEqual([
        'mixup',
        'cutout',
        'ricap',
        'ricap',
      ]);
      expect(method({ mixer: 'choose' }, 0)).toBe('choose');
      expect(method({ mixer: 'choose', chooseBy: 'image' }, 0)).toBe('perSample');
      expect(method({ mixer: 'mixup+cutmix', switchBy: 'image' }, 0)).toBe('perSample');
    });
  });

  it('keeps the rows of the first stream, or those of both', () => {
    tf.tidy(() => {
      const rows = (mixer: string): number =>
        createMixer(resolve({ method: { mixer, prob: 0 } }), context)(tinyBatch({ size: 6 }), {
          rng: createRng(0),
          progress: 0,
        }).images.shape[0];
      expect([rows('cmo'), rows('bbn-mixup'), rows('bilateral')]).toEqual([3, 3, 6]);
    });
  });

  it('softens labels where asked to', () => {
    tf.tidy(() => {
      const targets = (soften?: number) =>
        createMixer(
          resolve({ method: { mixer: 'cutout', squareSide: 6, ...(soften && { soften }) } }),
          context,
        )(tinyBatch(), { rng: createRng(0), progress: 0 }).targets;
      expect(targets().kind).toBe('sparse');
      expect(targets(2).kind).toBe('dense');
    });
  });
});

const dataset = longTail(drawnShapes({ size: 400, split: 'train' }), { factor: 0.1 });

const { numClasses, ...model } = { numClasses: dataset.classes.length, depth: 8, width: 2 };

/** What a small network and a method for it are used for; both are freed. */
function withMethod<T>(
  content: Readonly<Record<string, unknown>>,
  use: (made: CreatedMethod, classifier: Model) => T,
): T {
  const createTeacher = () => cifarResnet({ ...model, numClasses, rng: createRng(0) });
  const classifier = createTeacher();
  const network = { classifier, createTeacher, imageShape: [4, 4, 3] as const, rng: createRng(0) };
  const made = createMethod(resolve(content), dataset, 1, network);
  try {
    return use(made, classifier);
  } finally {
    made.dispose();
    classifier.dispose();
  }
}

/** The loss of one step of a small network. */
const step = (content: Readonly<Record<string, unknown>>): number =>
  withMethod(content, ({ method }, classifier) =>
    tf.tidy(() => {
      const labels = tf.tensor1d([0, 1, 2, 3, 0, 1], 'int32');
      const batch: Batch = { images: tinyBatch({ size: 6, height: 4, width: 4 }).images, labels };
      const { losses: found } = method.step(classifier, batch, {
        rng: createRng(0),
        step: 0,
        totalSteps: 2,
        progress: 0.5,
      });
      return found['classifier']?.dataSync()[0] as number;
    }),
  );

describe('createMethod', () => {
  it.each(Object.keys(mixers))('trains with %s', (mixer) => {
    expect(step({ method: { mixer } })).toBeGreaterThan(0);
  });

  it.each(Object.keys(labelRules))('trains with labels by %s', (rule) => {
    expect(step({ method: { mixer: 'mixup' }, labels: { rule } })).toBeGreaterThan(0);
  });

  it('balances from the share of the training that it is told', () => {
    const method = { mixer: 'mixup', alpha: 4 };
    const loss = { balance: 'balanced-softmax' };
    expect(step({ method, loss: { ...loss, balanceFrom: 0.4 } })).toBe(step({ method, loss }));
    expect(step({ method, loss: { ...loss, balanceFrom: 0.6 } })).toBe(step({ method }));
  });

  it('stops learning below a stage without changing the loss', () => {
    const name = (labels: Readonly<Record<string, unknown>>): string =>
      withMethod({ labels }, ({ method }) => method.name);
    expect(name({ paddlesStage: 2 })).toBe('paddles(none)');
    expect(step({ labels: { paddlesStage: 2 } })).toBeCloseTo(step({}), 4);
    expect(name({})).toBe('none');
  });

  it.each(['automix', 'samix', 'adautomix'])('shows the heads of %s, and frees all that it made', (mixer) => {
    const before = tf.memory().numTensors;
    withMethod({ method: { mixer, alpha: 4, generatorMomentum: 0 } }, ({ method, learned }, classifier) => {
      expect(method.name).toBe(mixer);
      expect(Object.keys(method.groups)).toEqual(['classifier', 'generator']);
      expect(learned?.heads.student).toBe(classifier);
      expect(learned?.heads.teacher).not.toBe(classifier);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('passes the options of learned masks on', () => {
    const loss = (mixer: string, options: Readonly<Record<string, unknown>> = {}): number =>
      step({ method: { mixer, ...options } });
    for (const mixer of ['automix', 'samix', 'adautomix']) {
      const values = [{}, { weightOne: 2 }, { labelSmoothing: 0.2 }, { weightMix: 3 }, { lamPer: 'sample' }];
      const losses = values.map((options) => loss(mixer, options));
      expect(new Set(losses).size).toBe(losses.length);
    }
    expect(loss('automix', { headOneMix: 'mixup' })).not.toBe(loss('automix'));
    expect(loss('adautomix', { mixSamples: 2 })).not.toBe(loss('adautomix'));
  });

  it('has a value of its own for each loss and each balance', () => {
    const method = { mixer: 'mixup', alpha: 4 };
    const values = [
      ...Object.keys(losses).map((name) => step({ method, loss: { name } })),
      ...balanceNames.filter((name) => name !== 'none').map((balance) => step({ method, loss: { balance } })),
      step({ method: { ...method, labelSmoothing: 0.3 } }),
      step({ method, labels: { rule: 'multi-label' } }),
      step({ method, labels: { rule: 'lumix' } }),
      step({ method, loss: { name: 'ldam', maxMargin: 1 } }),
    ];
    expect(new Set(values).size).toBe(values.length);
    for (const value of values) expect(Number.isFinite(value)).toBe(true);
  });
});
