import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import { adamwUpdate } from './adamw-update.js';
import { ema, updateEma } from './ema.js';
import { createRng } from './rng.js';
import { type SgdUpdateOptions, sgdUpdate } from './sgd-update.js';
import { sumOfSquares } from './sum-of-squares.js';

useBackend('cpu');
afterEach(() => expect(tf.memory().numTensors).toBe(0));

const draw = (seed: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: 6 }, () => Math.fround(rng.normal()));
};
const [w, g, v, s] = [1, 2, 3, 4].map(draw) as [number[], number[], number[], number[]];
const positive = s.map(Math.abs);
const tensor = (values: readonly number[]): tf.Tensor => tf.tensor2d([...values], [2, 3]);

function expectClose(got: tf.Tensor | undefined, wanted: readonly number[]): void {
  expect(got?.shape).toEqual([2, 3]);
  got?.dataSync().forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 5));
}

/** Runs `action` while a kernel stands in for a backend's; it gives its inputs, in the order of their names, and tells its attributes. */
function withStandIn(
  kernelName: string,
  outputs: number,
  action: (calls: { inputs: string[]; attrs: object }[]) => void,
): void {
  const calls: { inputs: string[]; attrs: object }[] = [];
  const backendName = tf.getBackend();
  const own = tf.getKernel(kernelName, backendName);
  if (own) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      calls.push({ inputs: Object.keys(inputs).sort(), attrs: { ...attrs } });
      const made = Array.from({ length: outputs }, (_, index) => tf.fill([2, 3], index));
      return outputs === 1 ? (made[0] as tf.Tensor) : made;
    },
  });
  try {
    tf.tidy(() => action(calls));
  } finally {
    tf.unregisterKernel(kernelName, backendName);
    if (own) tf.registerKernel(own);
  }
}

describe('sgdUpdate', () => {
  const table: [string, SgdUpdateOptions, boolean][] = [
    ['plain', { learningRate: 0.1 }, false],
    ['with decay', { learningRate: 0.1, weightDecay: 0.3 }, false],
    ['decoupled', { learningRate: 0.1, shrink: 0.97 }, false],
    ['first step of momentum', { learningRate: 0.1, momentum: 0.9, weightDecay: 0.3 }, false],
    ['momentum', { learningRate: 0.1, momentum: 0.9 }, true],
    ['Nesterov', { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.3 }, true],
    ['Nesterov, first step', { learningRate: 0.1, momentum: 0.9, nesterov: true, shrink: 0.97 }, false],
  ];
  it.each(table)('%s', (_, options, later) => {
    const { learningRate, momentum = 0, nesterov = false, weightDecay = 0, shrink = 1 } = options;
    const velocity = w.map((weight, i) => {
      const direction = g[i]! + weightDecay * weight;
      return later ? momentum * v[i]! + direction : direction;
    });
    const wanted = w.map((weight, i) => {
      const direction = g[i]! + weightDecay * weight;
      const change =
        momentum === 0 ? direction : nesterov ? direction + momentum * velocity[i]! : velocity[i]!;
      return shrink * weight - learningRate * change;
    });
    tf.tidy(() => {
      const before = tf.memory().numTensors;
      const inputs = { weights: tensor(w), gradient: tensor(g), velocity: later ? tensor(v) : undefined };
      const updated = sgdUpdate(inputs, options);
      expect(tf.memory().numTensors - before).toBe((later ? 3 : 2) + (momentum > 0 ? 2 : 1));
      expectClose(updated.weights, wanted);
      if (momentum > 0) expectClose(updated.velocity, velocity);
      else expect(updated.velocity).toBeUndefined();
    });
  });

  it('gives a fused kernel what it needs', () => {
    withStandIn('MixSgd', 2, (calls) => {
      const inputs = { weights: tensor(w), gradient: tensor(g), velocity: tensor(v) };
      const { weights, velocity } = sgdUpdate(inputs, { learningRate: 0.1, momentum: 0.9, nesterov: true });
      expectClose(weights, new Array(6).fill(0));
      expectClose(velocity, new Array(6).fill(1));
      sgdUpdate({ weights: tensor(w), gradient: tensor(g) }, { learningRate: 0.1, momentum: 0.9 });
      const attrs = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0, shrink: 1 };
      expect(calls).toEqual([
        { inputs: ['gradient', 'velocity', 'weights'], attrs },
        { inputs: ['gradient', 'weights'], attrs: { ...attrs, nesterov: false } },
      ]);
    });
  });
});

describe('adamwUpdate', () => {
  const options = { learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.2 };
  it.each([1, 7])('step %i', (step) => {
    const mean = g.map((gradient, i) => 0.2 * gradient + (step > 1 ? 0.8 * v[i]! : 0));
    const square = g.map((gradient, i) => 0.05 * gradient ** 2 + (step > 1 ? 0.95 * positive[i]! : 0));
    const wanted = w.map((weight, i) => {
      const root = Math.sqrt(square[i]! / (1 - 0.95 ** step)) + 1e-3;
      return (1 - 0.02) * weight - (0.1 * mean[i]!) / (1 - 0.8 ** step) / root;
    });
    tf.tidy(() => {
      const last = step > 1 ? { mean: tensor(v), square: tensor(positive) } : {};
      const updated = adamwUpdate({ weights: tensor(w), gradient: tensor(g), ...last }, { ...options, step });
      expectClose(updated.weights, wanted);
      expectClose(updated.mean, mean);
      expectClose(updated.square, square);
    });
  });

  it('gives a fused kernel what it needs', () => {
    withStandIn('MixAdamw', 3, (calls) => {
      const inputs = { weights: tensor(w), gradient: tensor(g), mean: tensor(v), square: tensor(s) };
      const updated = adamwUpdate(inputs, { ...options, step: 2 });
      [updated.weights, updated.mean, updated.square].forEach((output, index) =>
        expectClose(output, new Array(6).fill(index)),
      );
      const attrs = {
        beta1: 0.8,
        beta2: 0.95,
        epsilon: 1e-3,
        shrink: 1 - 0.1 * 0.2,
        rate: 0.1 / (1 - 0.8 ** 2),
        rootScale: Math.sqrt(1 - 0.95 ** 2),
      };
      expect(calls).toEqual([{ inputs: ['gradient', 'mean', 'square', 'weights'], attrs }]);
    });
  });

  it('counts steps from 1', () => {
    tf.tidy(() => {
      const inputs = { weights: tensor(w), gradient: tensor(g) };
      expect(() => adamwUpdate(inputs, { ...options, step: 0 })).toThrow(
        'adamwUpdate: step must be an integer of at least 1; got 0',
      );
    });
  });
});

describe('ema', () => {
  it.each([0.25, 0.5, 0.9, 0.999])('keeps a share of %f', (momentum) => {
    const wanted = w.map((weight, i) => momentum * weight + (1 - momentum) * v[i]!);
    tf.tidy(() => expectClose(ema(tensor(w), tensor(v), momentum), wanted));
  });

  it('is exact at 0, at 1 and between equal tensors', () => {
    tf.tidy(() => {
      const [average, value] = [tensor(w), tensor(v.map((x) => x * 1e9))];
      expect([...ema(average, value, 0).dataSync()]).toEqual([...value.dataSync()]);
      expect([...ema(average, value, 1).dataSync()]).toEqual([...average.dataSync()]);
      expect([...ema(value, value, 0.3).dataSync()]).toEqual([...value.dataSync()]);
    });
  });

  it('does not shrink what it averages, however near to 1 the momentum is', () => {
    // float32(0.999999) + 1e-6 is not 1: with that as weights the average would end 1 % below what it follows.
    tf.tidy(() => {
      let average: tf.Tensor = tf.tensor1d([1, -3]);
      for (let step = 0; step < 200; step++) average = ema(average, tf.tensor1d([1, -3]), 0.999999);
      expect([...average.dataSync()]).toEqual([1, -3]);
    });
  });

  it('gives a fused kernel what it needs', () => {
    withStandIn('MixEma', 1, (calls) => {
      expectClose(ema(tensor(w), tensor(v), 0.9), new Array(6).fill(0));
      expect(calls).toEqual([{ inputs: ['average', 'value'], attrs: { momentum: 0.9 } }]);
    });
  });
});

describe('sumOfSquares', () => {
  it('adds up the squares of all elements', () => {
    const wanted = w.reduce((sum, x) => sum + x * x, 0);
    tf.tidy(() => {
      const sum = sumOfSquares(tensor(w));
      expect(sum.shape).toEqual([]);
      expect(sum.dataSync()[0]).toBeCloseTo(wanted, 5);
      expect(sumOfSquares(tf.zeros([0, 2])).dataSync()[0]).toBe(0);
    });
  });

  it('gives a fused kernel what it needs', () => {
    withStandIn('MixSumOfSquares', 1, (calls) => {
      sumOfSquares(tensor(w));
      expect(calls).toEqual([{ inputs: ['x'], attrs: {} }]);
    });
  });

  it('refuses integers', () => {
    expect(() => tf.tidy(() => void sumOfSquares(tf.ones([2], 'int32')))).toThrow(
      'sumOfSquares: x must be float32 [2]; got "int32 [2]"',
    );
  });
});

describe('updateEma', () => {
  const variables = (...values: (readonly number[])[]): Record<string, tf.Variable> =>
    tf.tidy(() => Object.fromEntries(values.map((list, i) => [`layer.${i}`, tf.variable(tensor(list))])));

  it('moves every variable towards the tensor of its name, and leaves nothing behind', () => {
    const averages = variables(w, g);
    const values: Record<string, tf.Tensor> = { ...variables(v, s), other: tf.scalar(1) };
    const before = tf.memory().numTensors;
    updateEma(averages, values, 0.9);
    expect(tf.memory().numTensors).toBe(before);
    expectClose(averages['layer.0'], w.map((weight, i) => 0.9 * weight + 0.1 * v[i]!)); // biome-ignore format: one
    expectClose(averages['layer.1'], g.map((weight, i) => 0.9 * weight + 0.1 * s[i]!)); // biome-ignore format: one
    expectClose(values['layer.0'], v);
    tf.dispose([averages, values]);
  });

  it.each([
    [{}, /updateEma: values must have all names of averages, 'layer.1' too; got \["layer.0"\]/],
    [{ 'layer.1': [2, 2] }, /updateEma: values\['layer.1'\] must be float32 \[2,3\]; got "float32 \[2,2\]"/],
  ])('changes nothing when values do not fit: %j', (shapes, message) => {
    const averages = variables(w, g);
    const [fits] = Object.values(variables(v)) as [tf.Variable];
    const rest = Object.entries(shapes).map(([name, shape]) => [name, tf.ones(shape as number[])]);
    const values = { 'layer.0': fits, ...Object.fromEntries(rest) };
    expect(() => updateEma(averages, values, 0.9)).toThrow(message);
    expectClose(averages['layer.0'], w);
    tf.dispose([averages, values]);
  });
});

describe('wrong inputs', () => {
  it.each<[string, (other: tf.Tensor) => unknown]>([
    ['sgdUpdate: gradient', (x) => sgdUpdate({ weights: tensor(w), gradient: x }, { learningRate: 1 })],
    [
      'sgdUpdate: velocity',
      (x) => sgdUpdate({ weights: tensor(w), gradient: tensor(g), velocity: x }, { learningRate: 1 }),
    ],
    [
      'adamwUpdate: square',
      (x) =>
        adamwUpdate(
          { weights: tensor(w), gradient: tensor(g), mean: tensor(v), square: x },
          { learningRate: 1, step: 1, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0 },
        ),
    ],
    ['ema: value', (x) => ema(tensor(w), x, 0.5)],
  ])('say: %s must be float32 of the same shape', (what, action) => {
    for (const other of [() => tf.ones([3, 2]), () => tf.ones([2, 3], 'int32')]) {
      expect(() => tf.tidy(() => void action(other()))).toThrow(`${what} must be float32 [2,3]; got`);
    }
  });

  it('refuses a momentum outside [0,1]', () => {
    expect(() => tf.tidy(() => void ema(tensor(w), tensor(v), 1.5))).toThrow(
      'ema: momentum must be a number from 0 to 1; got 1.5',
    );
  });
});
