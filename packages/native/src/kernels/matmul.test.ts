import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

// Shapes as they are multiplied, before any transposition.
const cases: [number[], number[]][] = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [2, 3],
    [3, 4],
  ],
  [
    [65, 192],
    [192, 77],
  ],
  [
    [1, 1000],
    [1000, 3],
  ],
  [
    [513, 2],
    [2, 1],
  ],
  [
    [0, 3],
    [3, 4],
  ],
  [
    [2, 0],
    [0, 4],
  ],
  [
    [2, 3],
    [3, 0],
  ],
  [
    [200, 129],
    [129, 300],
  ],
  [
    [1, 3, 5],
    [1, 5, 2],
  ],
  [
    [4, 3, 5],
    [4, 5, 2],
  ],
  [
    [4, 3, 5],
    [1, 5, 2],
  ],
  [
    [1, 3, 5],
    [4, 5, 2],
  ],
  [
    [6, 65, 64],
    [6, 64, 65],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 5, 6],
  ],
  [
    [0, 3, 5],
    [0, 5, 2],
  ],
];

const swapped = (shape: number[]): number[] => [...shape.slice(0, -2), ...shape.slice(-2).reverse()];

describeNative('matMul', () => {
  for (const [a, b] of cases) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const shapes = [transposeA ? swapped(a) : a, transposeB ? swapped(b) : b] as const;
        it(`of [${shapes[0]}]${transposeA ? 'ᵀ' : ''} by [${shapes[1]}]${transposeB ? 'ᵀ' : ''}`, async () => {
          await expectAsOnCpu(
            (left, right) => tf.matMul(left, right, transposeA, transposeB),
            [input(...shapes[0]), input(...shapes[1])],
          );
        });
      }
    }
  }

  // The CPU backend takes the wrong matrices here.
  it('repeats matrices along several outer axes at once', async () => {
    const [a, b] = [input(2, 1, 3, 4), input(3, 4, 5)];
    const outcome = tf.tidy(() => {
      const left = tf.tensor(a.values, [2, 1, 3, 4]);
      const right = tf.tensor(b.values, [3, 4, 5]);
      const product = tf.matMul(left, right);
      const lefts = tf.unstack(tf.reshape(left, [2, 3, 4]));
      const rights = tf.unstack(right);
      const expected = tf.stack(lefts.map((l) => tf.stack(rights.map((r) => tf.matMul(l, r)))));
      return [product, tf.max(tf.abs(tf.sub(product, expected)))] as const;
    });
    expect(outcome[0].shape).toEqual([2, 3, 3, 5]);
    expect(outcome[1].dataSync()[0]).toBeLessThan(1e-6);
    tf.dispose(outcome as unknown as Tensor[]);
  });

  it('passes NaN and infinities', async () => {
    const a: Input = { values: [Number.NaN, 1, Number.POSITIVE_INFINITY, 0, -1, 2], shape: [3, 2] };
    const b: Input = { values: [0, 1, 2, Number.NEGATIVE_INFINITY], shape: [2, 2] };
    await expectAsOnCpu((left, right) => tf.matMul(left, right), [a, b]);
    await expectAsOnCpu((left, right) => tf.matMul(left, right, true, true), [b, a]);
  });

  it('has the gradients of both', async () => {
    await expectAsOnCpu(
      (a, b) => Object.values(tf.grads((l: Tensor, r: Tensor) => tf.matMul(l, r))([a, b])),
      [input(65, 33), input(33, 20)],
    );
  });

  it('refuses inner lengths that differ', () => {
    expect(() =>
      tf.engine().runKernel('BatchMatMul', { a: tf.ones([2, 3]), b: tf.ones([4, 2]) }, {}),
    ).toThrow(/inner shapes \(3\) and \(4\)/);
    tf.disposeVariables();
  });

  it('multiplies whole numbers by the CPU backend', async () => {
    const whole: Input = { values: [1, 2, 3, 4], shape: [2, 2], dtype: 'int32' };
    await expectAsOnCpu((a, b) => tf.matMul(a, b), [whole, whole], { allowFallback: true });
  });
});

describeNative('fused matMul', () => {
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
  for (const activation of activations) {
    it(`with bias and ${activation}`, async () => {
      await expectAsOnCpu(
        (a, b, bias, alpha) =>
          tf.fused.matMul({
            a,
            b,
            bias,
            activation,
            leakyreluAlpha: 0.3,
            ...(activation === 'prelu' ? { preluActivationWeights: alpha } : {}),
          }),
        [input(9, 7), input(7, 5), input(5), input(5)],
      );
    });
  }

  for (const bias of [[5], [1], [1, 5], [6, 5], [6, 1], [2, 6, 5]]) {
    it(`with bias [${bias}]`, async () => {
      await expectAsOnCpu(
        (a, b, offset) => tf.fused.matMul({ a, b, bias: offset }),
        [input(2, 6, 7), input(1, 7, 5), input(...bias)],
      );
    });
  }

  it('without depth is the bias', async () => {
    await expectAsOnCpu(
      (a, b, bias) => tf.fused.matMul({ a, b, bias }),
      [input(3, 0), input(0, 5), input(5)],
    );
  });

  it('has the gradients of its inputs', async () => {
    await expectAsOnCpu(
      (a, b, bias) =>
        tf.grads((l: Tensor, r: Tensor, o: Tensor) => tf.fused.matMul({ a: l, b: r, bias: o }))([a, b, bias]),
      [input(65, 33), input(33, 20), input(20)],
    );
  });
});
