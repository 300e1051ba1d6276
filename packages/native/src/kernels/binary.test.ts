import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
type Op = (a: Tensor, b: Tensor) => Tensor;

const arithmetic: Record<string, Op> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  mod: tf.mod,
  floorDiv: tf.floorDiv,
};
const tests: Record<string, Op> = {
  equal: tf.equal,
  notEqual: tf.notEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
};
const floats: Record<string, Op> = { ...arithmetic, ...tests, pow: tf.pow, atan2: tf.atan2, prelu: tf.prelu };

const shapes: [number[], number[]][] = [
  [[], []],
  [[0], [0]],
  [
    [2, 0, 3],
    [1, 3],
  ],
  [[7], [7]],
  [[1, 3, 5], []],
  [
    [4, 6],
    [4, 1],
  ],
  [
    [3, 4, 5, 6],
    [3, 1, 1, 1],
  ],
  [
    [3, 4, 5, 6],
    [4, 1, 6],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 4, 1],
  ],
  [
    [5, 1, 7],
    [1, 6, 1],
  ],
  [[9, 11, 3], [3]],
  [
    [9, 11, 3],
    [9, 11, 1],
  ],
  [
    [2, 1, 3, 1, 2],
    [4, 1, 5, 1],
  ],
  [[70, 33, 31], [31]],
  [[64, 40, 32], [32]],
  [
    [9000, 3],
    [9000, 1],
  ],
  [
    [3, 4000, 3],
    [4000, 1],
  ],
  [
    [2000, 20],
    [2000, 1],
  ],
  [
    [3, 7000, 1, 2],
    [7000, 2, 1],
  ],
  [[9000, 2, 3], [3]],
  [
    [300, 3, 50],
    [3, 1],
  ],
  [
    [40, 40, 3, 7],
    [40, 1, 7],
  ],
];

const positive = ({ values, shape }: Input): Input => ({
  values: Float32Array.from(values as Float32Array, (value) => Math.abs(value) + 0.1),
  shape,
});

describeNative('functions of two float32 tensors', () => {
  for (const [name, op] of Object.entries(floats))
    it(`${name} with every broadcast, both ways round`, async () => {
      for (const [left, right] of shapes) {
        const first = name === 'pow' ? positive(input(...left)) : input(...left);
        const second = name === 'pow' ? positive(input(...right)) : input(...right);
        await expectAsOnCpu(op, [first, second]);
        await expectAsOnCpu(op, [second, first]);
      }
    });

  const special = [nan, inf, -inf, 0, -0, 1, -1, 0.5, 2, -2, 3, 1e-45, -1e-39, 3e38, -0.5];
  for (const [name, op] of Object.entries(floats))
    it(`${name} of special values`, async () => {
      const column: Input = { values: special, shape: [special.length, 1] };
      const row: Input = { values: special, shape: [special.length] };
      await expectAsOnCpu(op, [column, row], { elementwise: true, tolerance: 3e-7 });
      for (const value of special)
        for (const operands of [
          [column, { values: [value], shape: [] }],
          [{ values: [value], shape: [] }, column],
        ])
          await expectAsOnCpu(op, operands, { elementwise: true, tolerance: 3e-7 });
    });

  it('maximum and minimum tell 0 from -0', async () => {
    const zeros: Input = { values: [0, -0, 0, -0], shape: [4] };
    const others: Input = { values: [0, 0, -0, -0], shape: [4] };
    for (const op of [tf.maximum, tf.minimum])
      await expectAsOnCpu((a, b) => tf.reciprocal(op(a, b)), [zeros, others]);
  });

  it('pow with one exponent for all', async () => {
    const base: Input = { values: [...special, 1.7, -1.7, 1e20], shape: [special.length + 3] };
    for (const exponent of [2, 0.5, 3, -1, 0, 1, 1.5])
      await expectAsOnCpu((x, y) => tf.pow(x, y), [base, { values: [exponent], shape: [] }], {
        elementwise: true,
      });
  });

  it('is exact where JavaScript rounds to float32 once', async () => {
    for (const op of [tf.add, tf.sub, tf.mul, tf.div])
      await expectAsOnCpu(op, [input(1000, 3), input(3)], { tolerance: 0 });
  });

  it('refuses shapes that do not broadcast', () => {
    const [a, b] = [tf.zeros([2, 3]), tf.zeros([2, 4])];
    expect(() => tf.add(a, b)).toThrow(/broadcast/);
    tf.dispose([a, b]);
  });
});

describeNative('functions of two int32 tensors', () => {
  const a: Input = { values: [7, -7, 7, -7, 0, 5, 1e9, -1e9, 6, 2147483647], shape: [10, 1], dtype: 'int32' };
  const b: Input = { values: [2, 2, -2, -2, 3, 0, 3, 7, 6, 1], shape: [10], dtype: 'int32' };
  it('bitwiseAnd', () => expectAsOnCpu(tf.bitwiseAnd, [a, { ...b, shape: [10, 1] }]));
  for (const [name, op] of Object.entries({ ...arithmetic, ...tests }))
    it(name, async () => {
      await expectAsOnCpu(op, [a, b]);
      await expectAsOnCpu(op, [b, a]);
      await expectAsOnCpu(op, [a, a]);
    });
});

describeNative('functions of two bool tensors', () => {
  const a: Input = { values: [1, 0, 1, 0], shape: [4, 1], dtype: 'bool' };
  const b: Input = { values: [1, 1, 0, 0, 1], shape: [5], dtype: 'bool' };
  for (const [name, op] of Object.entries({ ...tests, and: tf.logicalAnd, or: tf.logicalOr }))
    it(name, () => expectAsOnCpu(op, [a, b]));
  it('add has no native kernel', () =>
    expectAsOnCpu((x, y) => tf.engine().runKernel('Add', { a: x, b: y }) as Tensor, [a, b], {
      allowFallback: true,
    }));
});

describeNative('complex numbers', () => {
  it('are added on the CPU backend', () =>
    expectAsOnCpu((a, b) => tf.real(tf.add(tf.complex(a, b), tf.complex(b, a))), [input(3, 4), input(3, 4)], {
      allowFallback: true,
    }));
});

describeNative('addN', () => {
  it('adds any number of tensors', async () => {
    const inputs = [input(3, 50), input(3, 50), input(3, 50), input(3, 50)];
    for (const count of [1, 2, 4]) await expectAsOnCpu((...all) => tf.addN(all), inputs.slice(0, count));
    await expectAsOnCpu((a, b) => tf.addN([a, b]), [input(0, 2), input(0, 2)]);
  });
});

describeNative('select', () => {
  const condition = (...shape: number[]): Input => ({
    values: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 3) % 2),
    shape,
    dtype: 'bool',
  });
  for (const dtype of ['float32', 'int32', 'bool'] as const)
    it(`between tensors of ${dtype}`, async () => {
      for (const [mask, shape] of [
        [[], []],
        [[13], [13]],
        [
          [3, 4],
          [3, 4],
        ],
        [[4], [3, 4]],
        [
          [60, 1, 5],
          [60, 70, 5],
        ],
        [[0], [0]],
      ] as [number[], number[]][]) {
        const yes: Input = { values: input(...shape).values, shape, dtype };
        const no: Input = {
          values: Float32Array.from(yes.values as Float32Array, (v) => 3 - v),
          shape,
          dtype,
        };
        await expectAsOnCpu((c, a, b) => tf.where(c, a, b), [condition(...mask), yes, no], {
          allowFallback: mask.length !== shape.length || mask.includes(1),
        });
      }
    });

  // tfjs-core never asks for it, and the CPU backend takes the wrong elements.
  it('by one condition for each row', () => {
    const [c, t, e] = [
      tf.tensor1d([1, 0], 'bool'),
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
      tf.tensor2d([
        [5, 6],
        [7, 8],
      ]),
    ];
    const y = tf.engine().runKernel('Select', { condition: c, t, e }) as Tensor;
    expect([...y.dataSync()]).toEqual([1, 2, 7, 8]);
    tf.dispose([c, t, e, y]);
  });

  it('has a gradient', () =>
    expectAsOnCpu(
      (c, a, b, dy) => tf.grads((x, y) => tf.where(c, x, y))([a, b] as Tensor[], dy),
      [condition(3, 4), input(3, 4), input(3, 4), input(3, 4)],
    ));
});
