import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const special: Input = {
  values: [
    ...[nan, inf, -inf, 0, -0, 1e-45, -1e-45, 1e-39, -1e-39, 3.4e38, -3.4e38],
    ...[0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.25, 1, -1, 6, 7, 20, -20, 88.5, -103, 1e-10, -1e-10],
  ],
  shape: [28],
};
const shapes = [[0], [], [1], [3, 0, 2], [7], [2, 3, 5], [33, 1031], [3, 64, 64, 16]];

type Op = (x: Tensor) => Tensor;
const floats: Record<string, Op> = {
  relu: tf.relu,
  relu6: tf.relu6,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  elu: tf.elu,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  tanh: tf.tanh,
  step: tf.step,
  stepWithSlope: (x) => tf.step(x, 0.25),
  exp: tf.exp,
  expm1: tf.expm1,
  log: tf.log,
  log1p: tf.log1p,
  erf: tf.erf,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  square: tf.square,
  neg: tf.neg,
  abs: tf.abs,
  sign: tf.sign,
  reciprocal: tf.reciprocal,
  floor: tf.floor,
  ceil: tf.ceil,
  round: tf.round,
  clip: (x) => tf.clipByValue(x, -0.4, 0.3),
  sin: tf.sin,
  cos: tf.cos,
  tan: tf.tan,
  asin: tf.asin,
  acos: tf.acos,
  atan: tf.atan,
  sinh: tf.sinh,
  cosh: tf.cosh,
  asinh: tf.asinh,
  acosh: tf.acosh,
  atanh: tf.atanh,
  isNaN: tf.isNaN,
  isInf: tf.isInf,
  isFinite: tf.isFinite,
};
describeNative('functions of one float32 tensor', () => {
  for (const [name, op] of Object.entries(floats)) {
    it(`${name} of shapes`, async () => {
      for (const shape of shapes) await expectAsOnCpu(op, [input(...shape)]);
    });
    it(`${name} of special values`, async () => {
      // The CPU backend's erf is an approximation with an absolute error; its elu, selu and softplus cancel near 0.
      const elementwise = !['erf', 'elu', 'selu', 'softplus'].includes(name);
      await expectAsOnCpu(op, [special], { elementwise });
    });
  }
});

// How far apart two floats are, counted in floats that lie between.
function floatsApart(a: number, b: number): number {
  const place = (value: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer)[0] as number;
    return bits < 0 ? -(bits & 0x7fffffff) : bits;
  };
  return Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : Math.abs(place(a) - place(b));
}

describeNative('elementary functions', () => {
  const exact: Record<string, [Op, (x: number) => number]> = {
    exp: [tf.exp, Math.exp],
    expm1: [tf.expm1, Math.expm1],
    log: [tf.log, Math.log],
    log1p: [tf.log1p, Math.log1p],
    tanh: [tf.tanh, Math.tanh],
    sigmoid: [tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
    softplus: [tf.softplus, (x) => (x > 30 ? x : Math.log1p(Math.exp(x)))],
  };
  // A sample of all floats, and a fine one from -20 to 20.
  const values = new Float32Array(Uint32Array.from({ length: 40_000 }, (_, i) => i * 107_374).buffer);
  const fine = Float32Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 1000);
  for (const [name, [op, expected]] of Object.entries(exact))
    it(`${name} is within 3 floats of the exact value`, () => {
      for (const sample of [values, fine]) {
        const x = tf.tensor1d(sample);
        const y = op(x);
        const worst = (y.dataSync() as Float32Array).reduce((most, value, i) => {
          const apart = floatsApart(value, Math.fround(expected(sample[i] as number)));
          return Math.max(most, apart);
        }, 0);
        expect(worst).toBeLessThanOrEqual(3);
        tf.dispose([x, y]);
      }
    });
});

const integers: Record<string, Op> = {
  relu: tf.relu,
  relu6: tf.relu6,
  square: tf.square,
  neg: tf.neg,
  abs: tf.abs,
  sign: tf.sign,
  clip: (x) => tf.clipByValue(x, -2, 3),
};

describeNative('functions of one int32 tensor', () => {
  for (const [name, op] of Object.entries(integers))
    it(name, async () => {
      const values = [0, 1, -1, 5, -5, 7, 1000, -1000, 4000];
      await expectAsOnCpu(op, [{ values, shape: [3, 3], dtype: 'int32' }]);
    });
});

describeNative('logicalNot', () => {
  it('of bool', async () => {
    const values = [1, 0, 0, 1, 1];
    await expectAsOnCpu((x) => tf.logicalNot(x), [{ values, shape: [5], dtype: 'bool' }]);
  });
});

describeNative('functions without a native kernel for their type', () => {
  it('run on the CPU backend', async () => {
    const x: Input = { values: [1, 2, 3], shape: [3], dtype: 'int32' };
    await expectAsOnCpu((t) => tf.engine().runKernel('Exp', { x: t }) as Tensor, [x], {
      allowFallback: true,
    });
  });
});
