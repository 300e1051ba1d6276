import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, useWasm } from '../../test/backends.js';
import { runKernel } from '../../test/run-kernel.js';
import { values } from '../../test/values.js';

const adamwAttrs = { beta1: 0.9, beta2: 0.99, epsilon: 1e-3, shrink: 0.95, rate: 0.2, rootScale: 0.3 };
const counts = [1, 4, 7, 64];

beforeAll(useWasm);

function arrays(count: number): Float32Array[] {
  const [weights, gradient, first, second] = [1, 2, 3, 4].map((seed) => values(count, seed)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return [weights, gradient, first, second.map(Math.abs)];
}

const named = (names: readonly string[], given: readonly Float32Array[]): tf.NamedTensorMap =>
  Object.fromEntries(names.map((name, index) => [name, tf.tensor1d(given[index] as Float32Array)]));

function adamw(w: number, g: number, mean: number, square: number): number[] {
  const { beta1, beta2, epsilon, shrink, rate, rootScale } = adamwAttrs;
  const m = beta1 * mean + (1 - beta1) * g;
  const v = beta2 * square + (1 - beta2) * g * g;
  return [shrink * w - (rate * m) / (Math.sqrt(v) / rootScale + epsilon), m, v];
}

describe('AdamW', () => {
  it.each(counts.flatMap((count) => [[count, true] as const, [count, false] as const]))(
    'steps %i numbers, first: %s',
    (count, first) => {
      const given = arrays(count);
      const names = ['weights', 'gradient', ...(first ? [] : ['mean', 'square'])];
      const got = tf.tidy(() =>
        runKernel('MixAdamw', named(names, given), adamwAttrs).map((tensor) => tensor.dataSync()),
      );
      const wanted = [...(given[0] as Float32Array)].map((_, at) => {
        const [w = 0, g = 0, mean = 0, square = 0] = given.map((array) => array[at]);
        return adamw(w, g, first ? 0 : mean, first ? 0 : square);
      });
      for (const [index, array] of got.entries()) {
        expectClose(
          array,
          wanted.map((row) => row[index] as number),
          2e-6,
        );
      }
    },
  );

  it('leaves nothing behind', () => {
    const inputs = named(['weights', 'gradient'], arrays(50));
    expectNoLeak(() => runKernel('MixAdamw', inputs, adamwAttrs));
  });
});

describe('SGD', () => {
  const kinds = [
    { momentum: 0, nesterov: false, weightDecay: 0, shrink: 1 },
    { momentum: 0, nesterov: false, weightDecay: 0.3, shrink: 0.9 },
    { momentum: 0.9, nesterov: false, weightDecay: 0.3, shrink: 1 },
    { momentum: 0.9, nesterov: true, weightDecay: 0, shrink: 0.9 },
  ];

  it.each(kinds.flatMap((kind) => counts.map((count) => ({ ...kind, count }))))('steps %j', (kind) => {
    const { count, momentum, nesterov, weightDecay, shrink } = kind;
    const given = arrays(count);
    for (const first of momentum > 0 ? [true, false] : [true]) {
      const names = ['weights', 'gradient', ...(first ? [] : ['velocity'])];
      const attrs = { ...kind, learningRate: 0.1 };
      const got = tf.tidy(() =>
        runKernel('MixSgd', named(names, given), attrs).map((tensor) => tensor.dataSync()),
      );
      const wanted = [...(given[0] as Float32Array)].map((w, at) => {
        const [, gradient = 0, velocity = 0] = given.map((array) => array[at]);
        const g = gradient + weightDecay * w;
        const v = first ? g : momentum * velocity + g;
        return [shrink * w - 0.1 * (nesterov ? g + momentum * v : v), v];
      });
      expect(got).toHaveLength(momentum > 0 ? 2 : 1);
      for (const [index, array] of got.entries()) {
        expectClose(
          array,
          wanted.map((row) => row[index] as number),
          2e-6,
        );
      }
    }
  });
});
