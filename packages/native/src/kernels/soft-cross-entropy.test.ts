import { softCrossEntropy, type Targets } from '@mix/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input, seededInput } from '../../test/on-native.js';

type Make = (...tensors: Tensor[]) => Targets;

const dense: Make = (values) => ({ kind: 'dense', values: values as Tensor2D });
const sparse: Make = (classes, weights) => ({
  kind: 'sparse',
  classes: classes as Tensor2D,
  weights: weights as Tensor2D,
});

/** Losses, and the gradient by the logits of their sum weighted by dy. */
function everything(make: Make) {
  return (logits: Tensor, dy: Tensor, ...targets: Tensor[]): Tensor[] => {
    const loss = (z: Tensor): Tensor => softCrossEntropy(z as Tensor2D, make(...targets));
    return [loss(logits), tf.grad(loss)(logits, dy)];
  };
}

const classesOf = (rows: number, count: number, numClasses: number): Input => ({
  values: Int32Array.from({ length: rows * count }, (_, i) => (7 * i + 3) % numClasses),
  shape: [rows, count],
  dtype: 'int32',
});

const matrix = (rows: number[][], dtype: 'float32' | 'int32' = 'float32'): Input => ({
  values: rows.flat(),
  shape: [rows.length, rows[0]?.length ?? 0],
  dtype,
});

// Rows, classes and targets a row.
const shapes = [
  [4, 3, 2],
  [1, 2, 1],
  [100, 10, 2],
  [7, 17, 3],
  [64, 1000, 2],
  [300, 101, 1],
  [0, 5, 2],
] as const;

describeNative('soft cross-entropy', () => {
  for (const [rows, numClasses, count] of shapes) {
    const logits = (): Input => {
      const drawn = seededInput(1, rows, numClasses);
      return { ...drawn, values: Float32Array.from(drawn.values as Float32Array, (v) => 8 * v) };
    };
    it(`of [${rows},${numClasses}] with dense targets`, async () => {
      // As they come: neither positive nor of mass 1.
      await expectAsOnCpu(everything(dense), [
        logits(),
        seededInput(2, rows),
        seededInput(3, rows, numClasses),
      ]);
    });
    it(`of [${rows},${numClasses}] with ${count} targets a row`, async () => {
      await expectAsOnCpu(everything(sparse), [
        logits(),
        seededInput(2, rows),
        classesOf(rows, count, numClasses),
        seededInput(4, rows, count),
      ]);
    });
  }

  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const odd: [string, number[]][] = [
    ['NaN', [1, nan, 2, 0]],
    ['one infinity', [1, inf, 2, 0]],
    ['two infinities', [inf, inf, 2, 0]],
    ['a class ruled out', [1, -inf, 2, 0]],
    ['all ruled out', [-inf, -inf, -inf, -inf]],
    ['a difference beyond range', [3e38, -3e38, 0, 1]],
    ['a far one', [1e4, -1e4, 0, 90]],
    ['denormals', [1e-40, -1e-42, 0, 0]],
    ['nothing of note', [1, 2, 3, 4]],
  ];
  for (const [name, row] of odd) {
    it(`passes on ${name} in the logits`, async () => {
      const logits = matrix([row, [0.1, 0.2, 0.3, 0.4], row, row]);
      const dy = { values: [1, 1, 1, -2], shape: [4] };
      const values = matrix([[0.5, 0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4]]); // biome-ignore format: rows
      await expectAsOnCpu(everything(dense), [logits, dy, values]);
      const classes = matrix([[0, 1], [2, 2], [3, 0], [1, 1]], 'int32'); // biome-ignore format: rows
      const weights = matrix([[0.5, 0.5], [1, 0], [0.7, 0.7], [0.25, 0.5]]); // biome-ignore format: rows
      await expectAsOnCpu(everything(sparse), [logits, dy, classes, weights]);
    });
  }

  it.each([
    ['NaN', nan],
    ['infinite', inf],
  ])('passes on %s weights and gradients', async (_, value) => {
    const logits = matrix([[1, 2, 3], [4, 0, -1], [0, 0, 1]]); // biome-ignore format: rows
    const weights = matrix([[value, 1], [0.5, 0.5], [1, 1]]); // biome-ignore format: rows
    const classes = matrix([[0, 1], [2, 2], [0, 1]], 'int32'); // biome-ignore format: rows
    const dy = { values: [1, value, 2], shape: [3] };
    await expectAsOnCpu(everything(sparse), [logits, dy, classes, weights]);
  });

  it('takes classes that do not exist for none', async () => {
    const classes = matrix([[0, 3], [-1, 2]], 'int32'); // biome-ignore format: rows
    await expectAsOnCpu(everything(sparse), [input(2, 3), input(2), classes, input(2, 2)]);
  });
});
