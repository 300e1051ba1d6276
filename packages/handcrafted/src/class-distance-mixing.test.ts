import { type Classifier, createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type ClassDistanceMixingOptions,
  classDistanceMixing,
  initialClassMeans,
  mixup,
  type Pairing,
  updateClassMeans,
} from './index.js';

useBackend('cpu');

// Pixels are logits.
const classifier: Classifier = {
  numClasses: 3,
  variables: {},
  forward: (images) => {
    const logits = tf.reshape(images, [images.shape[0], 3]) as tf.Tensor2D;
    return { logits, embedding: logits, stages: [] };
  },
  state: () => ({ tensors: {}, values: {} }),
  restore: () => undefined,
};
// Class 0 looks like class 2 to the classifier, class 1 like nothing else.
const rows = [
  [5, 0, 5],
  [0, 9, 0],
  [5, 0, 5],
  [5, 0, 5],
  [0, 9, 0],
  [5, 0, 5],
];
const batch = () => ({
  images: tf.tensor4d(rows.flat(), [6, 1, 3, 1]),
  labels: tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'),
});
const context = (step: number, progress = 1) => ({ rng: createRng(step), step, progress });

/** A method, and the partners that its steps chose. */
function watched(options: Partial<ClassDistanceMixingOptions> = {}) {
  const seen: (readonly number[])[] = [];
  const create = (pairing: Pairing) =>
    mixup({
      pairing: (size, rng) => {
        const partner = pairing(size, rng);
        seen.push(partner);
        return partner;
      },
    });
  return { seen, method: classDistanceMixing(create, { numClasses: 3, momentum: 0, ...options }) };
}

describe('classDistanceMixing', () => {
  it('learns which classes are close, and pairs by that', () => {
    const { seen, method } = watched({ temperature: 0.05 });
    for (let step = 0; step < 20; step++) method.step(classifier, batch(), context(step));
    for (const partner of seen) {
      for (const row of [0, 3]) expect([2, 5]).toContain(partner[row]);
      for (const row of [2, 5]) expect([0, 3]).toContain(partner[row]);
    }
    const far = watched({ temperature: 0.05, towards: 'far' });
    far.method.step(classifier, batch(), context(0));
    for (const row of [0, 2, 3, 5]) expect([1, 4]).toContain(far.seen[0]?.[row]);
  });

  it('permutes before its time', () => {
    const { seen, method } = watched({ temperature: 0.05, from: 0.5 });
    for (let step = 0; step < 10; step++) method.step(classifier, batch(), context(step, 0.49));
    for (const partner of seen) expect([...partner].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.some((partner) => partner[0] === 1 || partner[0] === 4)).toBe(true);
  });

  it('moves the means by the momentum at every so many steps, and resumes', () => {
    const { method } = watched({ momentum: 0.5, every: 2 });
    const means = () => method.state().values['means'];
    expect(means()).toEqual(initialClassMeans(3));
    const predicted = tf.softmax(tf.tensor2d(rows)).dataSync();
    const once = updateClassMeans(initialClassMeans(3), predicted, [0, 1, 2, 0, 1, 2], 0.5);
    method.step(classifier, batch(), context(0));
    expect(means()).toEqual(once);
    method.step(classifier, batch(), context(1));
    expect(means()).toEqual(once);
    const { seen, method: again } = watched({ momentum: 1, every: 2 });
    again.restore({ tensors: {}, values: JSON.parse(JSON.stringify(method.state().values)) });
    again.step(classifier, batch(), context(3));
    const direct = watched({ momentum: 1, every: 2 });
    direct.method.step(classifier, batch(), context(3));
    expect(again.state().values['means']).toEqual(once);
    expect(seen).toHaveLength(1);
    expect(() => again.restore({ tensors: {}, values: {} })).toThrow(
      /state must hold the means of 3 classes/,
    );
  });

  it('leaves no tensor behind, and refuses soft labels', () => {
    const { method } = watched();
    const given = batch();
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      method.step(classifier, given, context(0));
    });
    expect(tf.memory().numTensors).toBe(before);
    const soft = { images: given.images, labels: tf.ones([6, 3]) as tf.Tensor2D };
    expect(() => method.step(classifier, soft, context(0))).toThrow(
      /classDistanceMixing: labels must be int32/,
    );
    expect(() => watched({ every: 0 })).toThrow(/every must be/);
  });
});
