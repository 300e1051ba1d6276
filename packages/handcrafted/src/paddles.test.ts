import { createRng, fromMixer, identity, type Method } from '@mix/core';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { confidentSamples } from './confident-samples.js';
import { manifoldMixup } from './manifold-mixup.js';
import { type PaddlesOptions, paddles, paddlesStops } from './paddles.js';

useBackend('cpu');

const noise = (shape: [number, number], seed: number): tf.Tensor2D => {
  const rng = createRng(seed);
  const values = Array.from({ length: shape[0] * shape[1] }, () => 0.5 * rng.normal());
  return tf.tensor2d(values, shape);
};
const classifier = () =>
  twoLayerClassifier(
    {
      weight1: noise([8, 6], 1),
      bias1: noise([1, 6], 2),
      weight2: noise([6, 3], 3),
      bias2: noise([1, 3], 4),
    },
    tf.tanh,
  );
const batch = () => tinyBatch({ size: 5, height: 2, width: 2, channels: 2 });
const plain = fromMixer(identity);

// Loss, and the gradients of both layers' weights: null where none arrives.
function run(method: Method, progress: number): { loss: number; grads: (number[] | null)[] } {
  const network = classifier();
  const weights = ['weight1', 'weight2'].map((name) => network.variables[name] as tf.Variable);
  const { value, grads } = tf.variableGrads(
    () =>
      method.step(network, batch(), { rng: createRng(0), step: 0, progress }).losses[
        'classifier'
      ] as tf.Scalar,
    weights,
  );
  const list = weights.map(({ name }) => (grads[name] ? [...(grads[name] as tf.Tensor).dataSync()] : null));
  return { loss: value.dataSync()[0] as number, grads: list };
}

describe('paddlesStops', () => {
  it('follows the schedule', () => {
    expect(paddlesStops(0)).toEqual([]);
    expect(paddlesStops(18.9 / 200)).toEqual([]);
    expect(paddlesStops(19 / 200)).toEqual(['amplitude']);
    expect(paddlesStops(29.9 / 200)).toEqual(['amplitude']);
    expect(paddlesStops(30 / 200)).toEqual(['amplitude', 'phase']);
    expect(paddlesStops(1)).toEqual(['amplitude', 'phase']);
    const schedule = { amplitudeUntil: 0.2, phaseUntil: 0.2, resumeFrom: 0.5 };
    expect([0.1, 0.2, 0.49, 0.5, 1].map((progress) => paddlesStops(progress, schedule).length)).toEqual([
      0, 2, 2, 0, 0,
    ]);
  });
});

describe('paddles', () => {
  const wrapped = (options: Partial<PaddlesOptions> = {}, method = plain): Method =>
    paddles(method, { stage: 1, amplitudeUntil: 0.3, phaseUntil: 0.6, resumeFrom: 0.9, ...options });

  it('keeps the loss and the gradient above the stage, and changes that below by the schedule', () => {
    const own = run(plain, 0);
    for (const progress of [0, 0.29, 0.9, 1]) expect(run(wrapped(), progress)).toEqual(own);
    // The stage is one pixel: its spectrum is the value itself, amplitude its size, phase its sign.
    const amplitude = run(wrapped(), 0.3);
    expect(amplitude.loss).toBe(own.loss);
    expect(amplitude.grads[1]).toEqual(own.grads[1]);
    amplitude.grads[0]?.forEach((value) => expect(value).toBeCloseTo(0, 6));
    const all = run(wrapped({ axes: 'all' }), 0.3);
    expect(Math.max(...(all.grads[0] as number[]).map(Math.abs))).toBeGreaterThan(1e-3);
    const both = run(wrapped(), 0.6);
    expect(both.loss).toBe(own.loss);
    expect(both.grads[1]).toEqual(own.grads[1]);
    expect(both.grads[0]).toBeNull();
  });

  it('acts on the stage that its method has acted on, and refuses another', () => {
    const mixing = (stage: number): Method => manifoldMixup({ stages: [stage] });
    const own = run(mixing(1), 0.7);
    const both = run(wrapped({}, mixing(1)), 0.7);
    expect(both.loss).toBe(own.loss);
    expect(both.grads[0]).toBeNull();
    expect(() => run(wrapped({}, mixing(0)), 0.7)).toThrow(
      /paddles: method must act on no stage but 1; got 0/,
    );
    expect(run(wrapped({}, mixing(0)), 0.1)).toEqual(run(mixing(0), 0.1));
  });

  it("hands on its method's state, groups and what follows a step, and evaluates unchanged", () => {
    const seen: string[] = [];
    const method: Method = {
      name: 'inner',
      groups: { generator: {} },
      step: (given, { images }) => {
        const probe = { stage: 0, apply: (x: tf.Tensor4D) => tf.neg(x) as tf.Tensor4D };
        const clean = given.forward(images, { training: false });
        const turned = given.forward(images, { training: false, intercept: probe });
        seen.push(`${given.numClasses} ${Object.keys(given.variables).length}`);
        expect(Object.keys(given.state().tensors)).toEqual([]);
        given.restore(given.state());
        return {
          losses: { classifier: tf.sum(tf.sub(clean.logits, turned.logits)) as tf.Scalar },
          metrics: {},
        };
      },
      afterStep: (_classifier, { step }) => void seen.push(`after ${step}`),
      state: () => ({ tensors: {}, values: { drawn: 3 } }),
      restore: ({ values }) => void seen.push(`restored ${values['drawn']}`),
    };
    const outer = wrapped({}, method);
    expect([outer.name, outer.groups, outer.state().values]).toEqual([
      'paddles(inner)',
      { generator: {} },
      { drawn: 3 },
    ]);
    const network = classifier();
    const context = { rng: createRng(0), step: 4, progress: 0.7 };
    const { losses } = outer.step(network, batch(), context);
    expect(losses['classifier']?.dataSync()[0]).not.toBe(0);
    outer.afterStep?.(network, context);
    outer.restore(outer.state());
    expect(seen).toEqual(['3 4', 'after 4', 'restored 3']);
    expect(wrapped().afterStep?.(network, context)).toBeUndefined();
  });

  it.each([
    [{ stage: -1 }, /paddles: stage must be an integer of at least 0/],
    [{ stage: 1, axes: 'h' }, /paddles: axes must be one of/],
    [{ stage: 1, amplitudeUntil: 0.2 }, /paddles: phaseUntil must be a number from 0.2 to 1/],
    [{ stage: 1, amplitudeUntil: 2 }, /paddles: amplitudeUntil must be a number from 0 to 1/],
    [{ stage: 1, resumeFrom: 0.1 }, /paddles: resumeFrom must be a number from 0.15 to 1/],
  ])('refuses %j', (options, message) => {
    expect(() => paddles(plain, options as never)).toThrow(message);
  });
});

describe('confidentSamples', () => {
  it('keeps those that the model agrees with, and weighs classes against their number', () => {
    const { rows, classWeights } = confidentSamples([0, 1, 1, 0, 0, 2], [0, 1, 0, 0, 0, 1], 4);
    expect(rows).toEqual([0, 1, 3, 4]);
    expect(classWeights).toEqual([2 / 3, 2, 0, 0]);
    expect(confidentSamples([1], [0], 2)).toEqual({ rows: [], classWeights: [0, 0] });
    expect(() => confidentSamples([1], [0, 1], 2)).toThrow(
      /predictions must have 2 entries, as labels; got 1/,
    );
    expect(() => confidentSamples([1], [2], 2)).toThrow(/labels must be classes from 0 to 1; got 2/);
  });
});
