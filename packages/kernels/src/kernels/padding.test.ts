import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSameOnCpu, useWasm } from '../../test/backends.js';
import { values } from '../../test/values.js';

type Pad = 'valid' | number;
type Op = (x: tf.Tensor4D, window: number, strides: [number, number], pad: Pad, mode?: 'ceil') => tf.Tensor;

const drawn = (...shape: [number, number, number, number]): tf.Tensor4D =>
  tf.tensor4d(values(tf.util.sizeFromShape(shape), 3), shape);

const ops: [name: string, op: Op][] = [
  ['conv2d', (x, k, strides, pad, mode) => tf.conv2d(x, drawn(k, k, 2, 2), strides, pad, 'NHWC', 1, mode)],
  [
    'fused.conv2d',
    (x, k, strides, pad, dimRoundingMode) =>
      tf.fused.conv2d({
        x,
        filter: drawn(k, k, 2, 2),
        strides,
        pad,
        ...(dimRoundingMode && { dimRoundingMode }),
      }),
  ],
  [
    'depthwiseConv2d',
    (x, k, strides, pad, mode) => tf.depthwiseConv2d(x, drawn(k, k, 2, 1), strides, pad, 'NHWC', 1, mode),
  ],
  [
    'fused.depthwiseConv2d',
    (x, k, strides, pad, dimRoundingMode) =>
      tf.fused.depthwiseConv2d({
        ...{ x, filter: drawn(k, k, 2, 1), strides, pad, ...(dimRoundingMode && { dimRoundingMode }) },
      }),
  ],
  ['maxPool', (x, k, strides, pad, mode) => tf.maxPool(x, k, strides, pad, mode)],
  ['avgPool', (x, k, strides, pad, mode) => tf.avgPool(x, k, strides, pad, mode)],
];

beforeAll(useWasm);

describe.each(ops)('%s', (_name, op) => {
  it("gives the outputs that rounding by 'ceil' adds, as the CPU backend does", async () => {
    await expectSameOnCpu(() => [op(drawn(2, 6, 6, 2), 3, [2, 2], 0, 'ceil')]);
  });

  it('refuses a window that does not fit into the image', () => {
    expect(() => tf.tidy(() => op(drawn(1, 3, 3, 2), 5, [1, 1], 'valid'))).toThrow(
      'the window must fit into the padded image; got 5x5 in 3x3',
    );
  });

  it('refuses a padding for which tfjs-core computes fewer columns than there are', () => {
    expect(() => tf.tidy(() => op(drawn(1, 16, 64, 2), 1, [3, 1], 0))).toThrow(
      'are not square; got 0 with a window of 1x1, strides of 3x1',
    );
  });
});
