import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { expectGradient } from '../../test/finite-differences.js';
import { values } from '../../test/values.js';

type Shape = [number, number, number, number];
type Case = [
  name: string,
  x: Shape,
  filter: Shape,
  strides: number,
  pad: 'same' | 'valid' | number,
  dilation?: number,
];

const cases: Case[] = [
  ['3x3, 16 channels', [2, 5, 6, 16], [3, 3, 16, 1], 1, 'same'],
  ['3x3, stride 2', [2, 8, 7, 20], [3, 3, 20, 1], 2, 'same'],
  ['5x5, stride 2', [2, 8, 7, 20], [5, 5, 20, 1], 2, 'same'],
  ['7x7', [1, 9, 8, 17], [7, 7, 17, 1], 1, 'same'],
  ['padding 1', [1, 6, 5, 3], [3, 3, 3, 1], 2, 1],
  ['two outputs a channel', [2, 5, 4, 5], [3, 3, 5, 2], 1, 'valid'],
  ['dilation 2', [1, 8, 9, 16], [3, 3, 16, 1], 1, 'same', 2],
  ['an empty batch', [0, 4, 4, 4], [3, 3, 4, 1], 1, 'same'],
];

beforeAll(useWasm);

function inputs(x: Shape, filter: Shape): [tf.Tensor4D, tf.Tensor4D] {
  return [
    tf.tensor4d(values(tf.util.sizeFromShape(x), 3), x),
    tf.tensor4d(values(tf.util.sizeFromShape(filter), 4), filter),
  ];
}

describe.each(cases)('depthwiseConv2d, %s', (_name, x, filter, strides, pad, dilation = 1) => {
  const op = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad, 'NHWC', dilation);

  it('has the gradients that differences give', () => {
    tf.tidy(() => expectGradient(op as never, inputs(x, filter)));
  });

  // tfjs has no gradient for dilation on the CPU backend.
  it.skipIf(dilation > 1)('agrees with the CPU backend', async () => {
    await expectSameOnCpu(() => {
      const pair = inputs(x, filter);
      return tf.grads((a, b) => tf.sum(tf.square(op(a as tf.Tensor, b as tf.Tensor))))(pair);
    });
  });
});

it.each([tf.depthwiseConv2d, tf.fused.depthwiseConv2d])(
  "pads 'same' around a window larger than the image",
  async (op) => {
    await expectSameOnCpu(() => {
      const [x, filter] = inputs([1, 1, 4, 3], [4, 1, 3, 1]);
      const options = { x, filter, strides: 2, pad: 'same' as const };
      return [
        op === tf.depthwiseConv2d
          ? tf.depthwiseConv2d(x, filter, 2, 'same')
          : tf.fused.depthwiseConv2d(options),
      ];
    });
  },
);

it('leaves nothing behind', () => {
  const pair = inputs([2, 8, 8, 16], [3, 3, 16, 1]);
  expectNoLeak(() =>
    tf.grads((a, b) => tf.sum(tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')))(pair),
  );
});
