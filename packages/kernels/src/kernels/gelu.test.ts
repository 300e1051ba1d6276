import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, useWasm } from '../../test/backends.js';
import { runKernel } from '../../test/run-kernel.js';
import { values } from '../../test/values.js';

beforeAll(useWasm);

/** The normal distribution and its density, by Simpson's rule in doubles. */
function normal(x: number): { distribution: number; density: number } {
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const [steps, h] = [400, x / 400];
  let sum = density(0) + density(x);
  for (let k = 1; k < steps; k++) sum += (k % 2 === 0 ? 2 : 4) * density(k * h);
  return { distribution: 0.5 + (h / 3) * sum, density: density(x) };
}

function both(x: tf.Tensor, dy: tf.Tensor): tf.Tensor[] {
  return [...runKernel('MixGelu', { x }), ...runKernel('MixGeluGrad', { dy, x })];
}

describe('gelu', () => {
  it.each([1, 3, 4, 401])('of %i numbers is exact to rounding, and so is its gradient', (count) => {
    const xs = values(count, 1).map((value) => 6 * value);
    const dys = values(count, 2);
    const [y, dx] = both(tf.tensor1d(xs), tf.tensor1d(dys)).map((tensor) => tensor.dataSync());
    xs.forEach((x, index) => {
      const { distribution, density } = normal(x);
      expect(Math.abs((y?.[index] as number) - x * distribution)).toBeLessThan(3e-7 * (1 + Math.abs(x)));
      const slope = distribution + x * density;
      expect(Math.abs((dx?.[index] as number) - (dys[index] as number) * slope)).toBeLessThan(1e-6);
    });
  });

  it('is x or 0 far out, keeps NaN to itself, and takes nothing', () => {
    const x = tf.tensor1d([30, -30, Number.NaN, 1e30, -1e15, Number.POSITIVE_INFINITY]);
    const [y, dx] = both(x, tf.onesLike(x)).map((tensor) => [...tensor.dataSync()]) as [number[], number[]];
    expect(y.map((value) => value + 0)).toEqual([30, 0, Number.NaN, Math.fround(1e30), 0, Infinity]);
    expect(dx.slice(0, 5).map((value) => value + 0)).toEqual([1, 0, Number.NaN, 1, 0]);
    expect(both(tf.zeros([0, 2]), tf.zeros([0, 2])).map(({ shape }) => shape)).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  it('leaves nothing behind', () => {
    const x = tf.tensor1d(values(1000, 3));
    expectNoLeak(() => both(x, x));
  });
});
