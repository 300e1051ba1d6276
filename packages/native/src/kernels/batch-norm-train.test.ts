import { batchNormTrain } from '@mix/core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input, seededInput } from '../../test/on-native.js';

const shapes = [
  [2, 3, 5, 4],
  [64, 16],
  [7, 130],
  [1, 3],
  [5, 1],
  [33, 9, 9, 16],
  [900, 96],
  [4, 0],
];

// Every output and every gradient of a weighted sum of y.
function everything(relu: boolean, residual: boolean) {
  return (x: Tensor, scale: Tensor, offset: Tensor, added: Tensor, weights: Tensor): Tensor[] => {
    const forward = (...[a, b, c, d]: Tensor[]) =>
      batchNormTrain(a as Tensor, b as Tensor1D, c as Tensor1D, {
        relu,
        ...(residual && { residual: d as Tensor }),
      });
    const { y, mean, variance } = forward(x, scale, offset, added);
    const loss = (...inputs: Tensor[]): Tensor => tf.sum(tf.mul(forward(...inputs).y, weights));
    const inputs = residual ? [x, scale, offset, added] : [x, scale, offset];
    return [y, mean, variance, ...tf.grads(loss)(inputs)];
  };
}

describeNative('batch normalisation in training', () => {
  for (const shape of shapes) {
    for (const relu of [false, true]) {
      for (const residual of [false, true]) {
        it(`of [${shape}]${relu ? ', relu' : ''}${residual ? ', residual' : ''}`, async () => {
          const channels = shape.at(-1) ?? 1;
          const inputs = [
            seededInput(1, ...shape),
            seededInput(2, channels),
            seededInput(3, channels),
            seededInput(4, ...shape),
            seededInput(5, ...shape),
          ];
          await expectAsOnCpu(everything(relu, residual), inputs, { tolerance: 2e-5, allowFallback: true });
        });
      }
    }
  }

  it('keeps its precision far from zero', async () => {
    const [x, scale, offset] = [input(4096, 8), input(8), input(8)];
    const far: Input = { ...x, values: Float32Array.from(x.values as Float32Array, (v) => 100 + v) };
    await expectAsOnCpu(
      (a, b, c) => batchNormTrain(a as Tensor, b as Tensor1D, c as Tensor1D).variance,
      [far, scale, offset],
      { tolerance: 1e-4, allowFallback: true },
    );
  });

  it('passes NaN on to its channel alone', async () => {
    const x = input(16, 4);
    (x.values as Float32Array)[5] = Number.NaN;
    await expectAsOnCpu(
      (a, b, c) => batchNormTrain(a as Tensor, b as Tensor1D, c as Tensor1D, { relu: true }).y,
      [x, input(4), input(4)],
      { allowFallback: true },
    );
  });
});
