import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { expectGradient } from '../../test/finite-differences.js';
import { values } from '../../test/values.js';

const tensor = (shape: number[], seed: number): tf.Tensor =>
  tf.tensor(values(tf.util.sizeFromShape(shape), seed), shape);

const sizes: [string, number[], number[]][] = [
  ['small', [2, 3], [3, 4]],
  ['odd', [5, 7], [7, 13]],
  ['a vector', [1, 9], [9, 1]],
  ['deeper than a block', [9, 1030], [1030, 17]],
  ['more rows than a block', [131, 20], [20, 24]],
  ['batched', [3, 2, 5, 6], [3, 2, 6, 10]],
  ['broadcast on the left', [1, 5, 6], [4, 6, 3]],
  ['broadcast on the right', [2, 3, 4, 5], [3, 5, 2]],
  ['empty', [0, 4], [4, 3]],
  ['nothing to sum', [3, 0], [0, 4]],
];

const swap = (shape: number[]): number[] => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];

beforeAll(useWasm);

describe.each(sizes)('matMul, %s', (_name, a, b) => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('transposed %s, %s', async (left, right) => {
    const given = (): tf.Tensor[] => [tensor(left ? swap(a) : a, 1), tensor(right ? swap(b) : b, 2)];
    const op = (p: tf.Tensor, q: tf.Tensor): tf.Tensor => tf.matMul(p, q, left, right);
    const product = (p: tf.Tensor, q: tf.Tensor): number[] => {
      const lead =
        tf.broadcast_util?.assertAndGetBroadcastShape?.(p.shape.slice(0, -2), q.shape.slice(0, -2)) ?? [];
      return [...lead, a.at(-2)!, b.at(-1)!];
    };
    await expectSameOnCpu(() => {
      const [p, q] = given() as [tf.Tensor, tf.Tensor];
      const output = op(p, q);
      expect(output.shape).toEqual(product(p, q));
      return [output];
    }, 1e-4);
    // tfjs gives no gradient to a broadcast operand.
    if (a.length === b.length && a[0] !== 1) {
      tf.tidy(() => expectGradient(op as never, given(), { probes: 5, tolerance: 1e-3 }));
    }
  });
});

describe('fused matMul', () => {
  it.each([
    ['a bias', [7], 'linear'],
    ['a bias of one row', [1, 7], 'linear'],
    ['a bias and an activation', [7], 'relu'],
    ['no bias', undefined, 'linear'],
  ] as const)('with %s agrees with the CPU backend', async (_name, shape, activation) => {
    await expectSameOnCpu(() => {
      const bias = shape && tensor([...shape], 3);
      const options = { a: tensor([5, 9], 1), b: tensor([9, 7], 2), activation, ...(bias && { bias }) };
      return [tf.fused.matMul(options as Parameters<typeof tf.fused.matMul>[0])];
    });
  });

  it.each(['linear', 'relu'] as const)(
    'refuses a bias of one number for all columns, with %s',
    (activation) => {
      const options = { a: tensor([5, 9], 1), b: tensor([9, 7], 2), bias: tensor([1], 3), activation };
      expect(() => tf.fused.matMul(options as Parameters<typeof tf.fused.matMul>[0])).toThrow(
        'bias must be of the 7 columns of the product on wasm; got [1]',
      );
    },
  );

  it('adds the bias to transposed products', async () => {
    await expectSameOnCpu(() => {
      const options = { a: tensor([9, 5], 1), b: tensor([7, 9], 2), bias: tensor([7], 3) };
      return [tf.fused.matMul({ ...options, transposeA: true, transposeB: true } as never)];
    });
  });
});

it('leaves nothing behind', () => {
  const given = [tensor([3, 20, 30], 1), tensor([3, 30, 20], 2)];
  expectNoLeak(() => tf.grads((p, q) => tf.sum(tf.matMul(p as tf.Tensor, q as tf.Tensor)))(given));
});
