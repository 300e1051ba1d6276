import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
type Reduction = (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor;

// Shapes with the axes to reduce; undefined for all.
const cases: [number[], number | number[] | undefined][] = [
  [[], undefined],
  [[1], 0],
  [[5], undefined],
  [
    [1, 1, 3],
    [0, 1],
  ],
  [[4, 7], 1],
  [[4, 7], 0],
  [[4, 7], -1],
  [[33, 10], 1],
  [[6, 40], 1],
  [[3, 300], 1],
  [[40000], 0],
  [[3, 20000], 1],
  [[20000, 3], 0],
  [[500, 100], 0],
  [[3, 9000], 0],
  [[70000, 1], 0],
  [
    [8, 9, 10, 11],
    [1, 2],
  ],
  [
    [8, 9, 10, 11],
    [0, 1, 2],
  ],
  [
    [8, 9, 10, 11],
    [0, 2],
  ],
  [
    [8, 9, 10, 11],
    [1, 3],
  ],
  [
    [8, 9, 10, 11],
    [3, 0],
  ],
  [[8, 9, 10, 11], 2],
  [[8, 9, 10, 11], []],
  [
    [2, 3, 2, 3, 2],
    [0, 2, 4],
  ],
  [[2, 200, 1100], 1],
  [
    [24, 8, 8, 64],
    [0, 1, 2],
  ],
];
const empty: typeof cases = [
  [[0], 0],
  [[0, 3], 1],
  [[3, 0], 1],
  [
    [2, 0, 3],
    [0, 2],
  ],
];

function ofType({ values, shape }: Input, dtype: 'int32' | 'bool'): Input {
  const scaled = Int32Array.from(values as Float32Array, (value) => Math.round(value * 9));
  return {
    values: dtype === 'int32' ? scaled : Uint8Array.from(scaled, (value) => Number(value > 2)),
    shape,
    dtype,
  };
}

const reductions: Record<string, Reduction> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
};

describeNative('reductions of float32', () => {
  for (const [name, reduce] of Object.entries(reductions)) {
    for (const [shape, axis] of cases)
      it(`${name} of [${shape}] over ${axis}`, async () => {
        for (const keepDims of [false, true])
          await expectAsOnCpu((x) => reduce(x, axis, keepDims), [input(...shape)]);
      });
    it(`${name} of nothing`, async () => {
      const allowFallback = !['sum', 'mean'].includes(name);
      for (const [shape, axis] of empty)
        await expectAsOnCpu((x) => reduce(x, axis), [input(...shape)], { allowFallback });
    });
    it(`${name} with NaN and infinities`, async () => {
      for (const special of [nan, inf, -inf])
        for (const length of [3, 20, 300])
          for (const at of [0, 1, length - 1]) {
            const { values } = input(length * 2);
            (values as Float32Array).set([special, special], at * 2);
            await expectAsOnCpu((x) => reduce(x, 0), [{ values, shape: [length, 2] }]);
            await expectAsOnCpu((x) => reduce(x), [{ values, shape: [length * 2] }]);
          }
    });
  }

  it('sums a million elements without losing digits', async () => {
    const length = 2 ** 20;
    const values = Float32Array.from({ length }, (_, i) => (i % 2 === 0 ? 1.1 : 0.3));
    const exact = (length / 2) * (Math.fround(1.1) + Math.fround(0.3));
    const x = tf.tensor1d(values);
    const [total, mean, columns] = tf.tidy(() => [tf.sum(x), tf.mean(x), tf.sum(tf.reshape(x, [-1, 2]), 0)]);
    expect(total?.dataSync()[0]).toBe(Math.fround(exact));
    expect(mean?.dataSync()[0]).toBe(Math.fround(exact / length));
    expect([...(columns as Tensor).dataSync()]).toEqual(
      [1.1, 0.3].map((value) => Math.fround((length / 2) * Math.fround(value))),
    );
    tf.dispose([x, total, mean, columns] as Tensor[]);
  });

  it('have gradients', async () => {
    const x = input(4, 6, 5);
    for (const [axis, shape] of [
      [0, [6, 5]],
      [2, [4, 6]],
      [[0, 1], [5]],
    ] as [number | number[], number[]][])
      for (const reduce of [tf.sum, tf.mean, tf.max, tf.min])
        await expectAsOnCpu(
          (values, dy) => tf.grad((t) => reduce(t, axis) as Tensor)(values, dy),
          [x, input(...shape)],
        );
  });
});

describeNative('reductions of int32 and bool', () => {
  for (const [name, reduce] of Object.entries(reductions))
    it(name, async () => {
      for (const [shape, axis] of cases.slice(0, -1))
        for (const dtype of ['int32', 'bool'] as const)
          await expectAsOnCpu((x) => reduce(x, axis), [ofType(input(...shape), dtype)], { tolerance: 1e-6 });
    });
  it('any and all', async () => {
    for (const [shape, axis] of cases)
      for (const reduce of [tf.any, tf.all])
        for (const keepDims of [false, true])
          await expectAsOnCpu((x) => reduce(x, axis, keepDims), [ofType(input(...shape), 'bool')]);
  });
  it('sum wraps', () =>
    expectAsOnCpu((x) => tf.sum(x), [{ values: [2e9, 2e9, 5], shape: [3], dtype: 'int32' }], {
      tolerance: 0,
    }));
});

const oneAxis: [number[], number][] = [
  [[1], 0],
  [[9], 0],
  [[40000], 0],
  [[5, 6], 0],
  [[5, 6], 1],
  [[64, 100], 1],
  [[7, 33, 50], 1],
  [[7, 1, 50], 1],
  [[3, 20, 1500], 1],
];

describeNative('positions of extremes', () => {
  for (const [name, position] of Object.entries({ argMax: tf.argMax, argMin: tf.argMin })) {
    for (const [shape, axis] of oneAxis)
      it(`${name} of [${shape}] over ${axis}`, async () => {
        await expectAsOnCpu((x) => position(x, axis), [input(...shape)], { tolerance: 0 });
        await expectAsOnCpu((x) => position(x, axis), [ofType(input(...shape), 'int32')], { tolerance: 0 });
      });
    it(`${name} with equals, NaN and infinities`, async () => {
      for (const special of [0.25, nan, inf, -inf])
        for (const places of [[0], [1], [3, 30], [39], [0, 39], [...Array(40).keys()]]) {
          const { values } = input(40);
          for (const place of places) (values as Float32Array)[place] = special;
          await expectAsOnCpu((x) => position(x, 0), [{ values, shape: [40] }], { tolerance: 0 });
          await expectAsOnCpu((x) => position(x, 0), [{ values, shape: [20, 2] }], { tolerance: 0 });
        }
    });
    it(`${name} over the last axis as -1`, () => expectAsOnCpu((x) => position(x, -1), [input(6, 7)]));
    it(`${name} of bool runs on the CPU backend`, () =>
      expectAsOnCpu((x) => position(x, 0), [ofType(input(7), 'bool')], { allowFallback: true }));
  }
});

describeNative('running sums and products', () => {
  for (const [name, scan] of Object.entries({ cumsum: tf.cumsum, cumprod: tf.cumprod }))
    for (const [shape, axis] of [...oneAxis, [[3, 0], 0] as [number[], number]])
      it(`${name} of [${shape}] along ${axis}`, async () => {
        for (const exclusive of [false, true])
          for (const reverse of [false, true]) {
            const compute = (x: Tensor): Tensor => scan(x, axis, exclusive, reverse);
            await expectAsOnCpu(compute, [input(...shape)]);
            await expectAsOnCpu(compute, [ofType(input(...shape), 'bool')]);
            if (name === 'cumsum') await expectAsOnCpu(compute, [ofType(input(...shape), 'int32')]);
          }
      });
  // The CPU backend does not count axes from the end here.
  it('cumsum along -1', () => {
    const y = tf.tidy(() =>
      tf.cumsum(
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
        -1,
      ),
    );
    expect([...y.dataSync()]).toEqual([1, 3, 3, 7]);
    y.dispose();
  });
  it('cumprod of int32', () =>
    expectAsOnCpu((x) => tf.cumprod(x), [{ values: [3, -4, 5, 6, -7], shape: [5], dtype: 'int32' }]));
});
