import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import type { Classifier } from './classifier.js';
import { isMixError, MixError } from './errors.js';
import { fromMixer } from './from-mixer.js';
import { identity } from './identity.js';
import { softBce } from './losses.js';
import { createRng } from './rng.js';

useBackend('cpu');

function linear(): Classifier {
  const weight = tf.variable(tf.tensor2d([1, -1, 0.5, 2], [2, 2]), true);
  return {
    numClasses: 2,
    variables: { weight },
    forward: (images) => {
      const embedding = tf.reshape(images, [images.shape[0], 2]) as tf.Tensor2D;
      return { logits: tf.matMul(embedding, weight), embedding, stages: [] };
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => undefined,
  };
}
const batch = () => ({
  images: tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]),
  labels: tf.tensor1d([1, 0], 'int32'),
});
const context = { rng: createRng(0), step: 0, progress: 0 };

describe('fromMixer', () => {
  it('averages the loss of the mixed batch, and can be differentiated', () => {
    const classifier = linear();
    const method = fromMixer(identity);
    expect(method.name).toBe('mixer');
    const { losses, metrics } = method.step(classifier, batch(), context);
    // Logits [2, 3] and [5, 5]: −log softmax is log(1 + e^−1) and log 2.
    expect(losses['classifier']?.dataSync()[0]).toBeCloseTo((Math.log1p(Math.exp(-1)) + Math.log(2)) / 2, 5);
    expect(metrics['lam']?.dataSync()[0]).toBe(1);
    expect(metrics['mixedAccuracy']?.dataSync()[0]).toBe(1);
    const { grads } = tf.variableGrads(
      () => method.step(classifier, batch(), context).losses['classifier'] as tf.Scalar,
      Object.values(classifier.variables),
    );
    expect(Object.keys(grads)).toHaveLength(1);
  });

  it('takes another loss, and smooths labels once', () => {
    const smoothed = fromMixer(identity, { labelSmoothing: 0.2, loss: softBce, name: 'smooth' });
    expect(smoothed.name).toBe('smooth');
    const { losses } = smoothed.step(linear(), batch(), context);
    const bce = (z: number, t: number): number => Math.log1p(Math.exp(z)) - z * t;
    const wanted = (bce(2, 0.1) + bce(3, 0.9) + bce(5, 0.9) + bce(5, 0.1)) / 4;
    expect(losses['classifier']?.dataSync()[0]).toBeCloseTo(wanted, 5);
  });
});

describe('fromMixer with a rule for targets', () => {
  it('takes the targets it gives, and smooths those', () => {
    const streams: unknown[] = [];
    const method = fromMixer(identity, {
      labelSmoothing: 0.2,
      targets: (mixed, logits, rng) => {
        streams.push(rng.state());
        expect(logits.shape).toEqual([2, 2]);
        expect(mixed.targets.kind).toBe('sparse');
        return {
          kind: 'sparse',
          classes: tf.tensor2d([[0], [1]], [2, 1], 'int32'),
          weights: tf.ones([2, 1]),
        };
      },
    });
    const rng = createRng(1);
    const { losses, metrics } = method.step(linear(), batch(), { ...context, rng });
    method.step(linear(), batch(), { ...context, rng });
    expect(streams[0]).not.toEqual(streams[1]);
    // Logits [2, 3] and [5, 5] again, with targets [0.9, 0.1] and [0.1, 0.9].
    const wanted = (0.9 * Math.log1p(Math.E) + 0.1 * Math.log1p(Math.exp(-1)) + Math.log(2)) / 2;
    expect(losses['classifier']?.dataSync()[0]).toBeCloseTo(wanted, 5);
    expect(metrics['mixedAccuracy']?.dataSync()[0]).toBe(0);
  });
});

describe('fromMixer with a wrong option', () => {
  it.each([Number.NaN, -1, 3])('refuses labelSmoothing %d at once', (labelSmoothing) => {
    expect(() => fromMixer(identity, { labelSmoothing })).toThrow(
      /fromMixer: labelSmoothing must be a number from 0 to 1/,
    );
  });
});

describe('MixError', () => {
  it('is recognised across copies of the package, and carries its fields', () => {
    const error = new MixError('f: x must y; got 1', {
      code: 'SHAPE',
      argument: 'x',
      received: 1,
      cause: 'why',
    });
    expect(isMixError(error)).toBe(true);
    expect(isMixError({ [Symbol.for('mix.error')]: true })).toBe(true);
    expect([isMixError(new Error('no')), isMixError(null), isMixError('x')]).toEqual([false, false, false]);
    expect(error).toMatchObject({
      name: 'MixError',
      code: 'SHAPE',
      argument: 'x',
      received: 1,
      cause: 'why',
    });
  });
});
