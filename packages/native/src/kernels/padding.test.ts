import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu, input } from '../../test/on-native.js';

const exact = { tolerance: 0 };
const types = ['float32', 'int32', 'bool'] as const;

const cases: [shape: number[], paddings: [number, number][]][] = [
  [[3], [[0, 0]]],
  [[3], [[2, 1]]],
  [
    [2, 3],
    [
      [1, 0],
      [0, 2],
    ],
  ],
  [
    [0, 3],
    [
      [1, 1],
      [0, 1],
    ],
  ],
  [
    [2, 5, 4, 3],
    [
      [0, 0],
      [1, 2],
      [3, 0],
      [0, 0],
    ],
  ],
  [
    [2, 3, 2, 3],
    [
      [1, 0],
      [0, 0],
      [0, 1],
      [2, 2],
    ],
  ],
  [
    [8, 32, 31, 17],
    [
      [0, 0],
      [4, 4],
      [4, 4],
      [0, 0],
    ],
  ],
];

describeNative('padding', () => {
  for (const [shape, paddings] of cases) {
    it.each(types)(`of [${shape}] by ${JSON.stringify(paddings)}, %s`, async (dtype) => {
      for (const value of [0, 1])
        await expectAsOnCpu((x) => tf.pad(x, paddings, value), [counted(dtype, ...shape)], exact);
    });
  }

  it('with what is no number', async () => {
    await expectAsOnCpu((x) => tf.pad(x, [[1, 1]], Number.NaN), [input(3)], exact);
  });

  for (const mode of ['reflect', 'symmetric'] as const)
    for (const [shape, paddings] of cases) {
      const most = (axis: number): number => (shape[axis] as number) - (mode === 'reflect' ? 1 : 0);
      const fits = paddings.every(([before, after], axis) => before <= most(axis) && after <= most(axis));
      if (!fits) continue;
      it.each(types)(`of [${shape}] by ${JSON.stringify(paddings)}, ${mode}, %s`, async (dtype) => {
        await expectAsOnCpu((x) => tf.mirrorPad(x, paddings, mode), [counted(dtype, ...shape)], exact);
      });
    }

  it('gives gradients', async () => {
    const loss = (x: Tensor): Tensor =>
      tf.add(
        tf.sum(
          tf.square(
            tf.pad(
              x,
              [
                [1, 2],
                [0, 3],
              ],
              2,
            ),
          ),
        ),
        tf.sum(
          tf.square(
            tf.mirrorPad(
              x,
              [
                [1, 2],
                [0, 3],
              ],
              'reflect',
            ),
          ),
        ),
      );
    await expectAsOnCpu((x) => tf.grad(loss)(x), [input(4, 5)]);
  });
});
