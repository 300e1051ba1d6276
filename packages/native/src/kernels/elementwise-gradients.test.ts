import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

type Op = (a: Tensor, b: Tensor) => Tensor;

const positive = ({ values, shape }: Input): Input => ({
  values: Float32Array.from(values as Float32Array, (value) => Math.abs(value) + 0.1),
  shape,
});

describeNative('gradients of elementwise functions', () => {
  const gradients = (op: Op) => (a: Tensor, b: Tensor, dy: Tensor) => tf.grads(op)([a, b], dy);
  const operands: [number[], number[], number[]][] = [
    [
      [4, 5],
      [4, 5],
      [4, 5],
    ],
    [[6, 7, 3], [3], [6, 7, 3]],
    [
      [2, 3, 4, 5],
      [2, 1, 1, 1],
      [2, 3, 4, 5],
    ],
    [
      [5, 1],
      [1, 6],
      [5, 6],
    ],
    [[3, 4], [], [3, 4]],
  ];
  for (const [name, op] of Object.entries({
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: tf.div,
    pow: tf.pow,
  }))
    it(`of ${name}`, async () => {
      for (const [a, b, y] of operands)
        await expectAsOnCpu(gradients(op as Op), [positive(input(...a)), positive(input(...b)), input(...y)]);
    });
  it('of a whole expression', () =>
    expectAsOnCpu(
      (x, scale, shift) =>
        tf.grads((a, b, c) => {
          const centred = tf.sub(a, tf.mean(a, [0, 1], true));
          const variance = tf.mean(tf.square(centred), [0, 1], true);
          const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-3)));
          const active = tf.sigmoid(tf.add(tf.mul(normal, b), c));
          return tf.sum(tf.mul(tf.max(active, 2), tf.log1p(tf.exp(tf.min(active, 2)))));
        })([x, scale, shift] as Tensor[]),
      [input(8, 9, 5), input(5), input(5)],
    ));
  it('of maximum, elu, prelu and relu', async () => {
    const pair = [input(4, 5), input(5, 4), input(4, 5)];
    await expectAsOnCpu(
      gradients((a, b) => tf.maximum(a, tf.transpose(b))),
      pair,
      { allowFallback: true },
    );
    for (const op of [tf.elu, tf.relu])
      await expectAsOnCpu((x, dy) => tf.grad((t) => op(t) as Tensor)(x, dy), [input(4, 5), input(4, 5)]);
    await expectAsOnCpu(
      gradients((x, alpha) => tf.prelu(x, alpha)),
      [input(4, 5), input(5), input(4, 5)],
    );
  });
});
