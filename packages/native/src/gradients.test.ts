import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { type DifferenceOptions, expectGradient } from '../../kernels/test/finite-differences.js';
import { values } from '../../kernels/test/values.js';
import { describeNative } from '../test/on-native.js';
import { fallbacks, resetFallbacks } from './index.js';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
type Image = tf.Tensor4D;

const smooth = { step: 0.02, tolerance: 5e-3 };

// What tfjs-core has wrong, or does not have, on every backend.
const cases: [name: string, op: Op, shapes: number[][], options?: DifferenceOptions][] = [
  ...(['same', 'valid', 2] as const).map((pad): (typeof cases)[number] => [
    `conv2d with dilation and padding ${pad}`,
    (x, filter) => tf.conv2d(x as Image, filter as Image, 1, pad, 'NHWC', 2),
    [
      [2, 9, 9, 3],
      [3, 3, 3, 4],
    ],
  ]),
  [
    'conv2d with two dilations',
    (x, filter) => tf.conv2d(x as Image, filter as Image, 1, 'same', 'NHWC', [3, 1]),
    [
      [1, 11, 7, 2],
      [3, 2, 2, 3],
    ],
  ],
  [
    'depthwiseConv2d with dilation',
    (x, filter) => tf.depthwiseConv2d(x as Image, filter as Image, 1, 'same', 'NHWC', 2),
    [
      [2, 9, 8, 3],
      [3, 3, 3, 2],
    ],
  ],
  ["avgPool with padding 'same'", (x) => tf.avgPool(x as Image, 3, 2, 'same'), [[2, 7, 8, 3]]],
  [
    'resizeBilinear with half-pixel centers',
    (x) => tf.image.resizeBilinear(x as Image, [7, 9], false, true),
    [[2, 3, 4, 2]],
  ],
  [
    'resizeNearestNeighbor of an image that is not square',
    (x) => tf.image.resizeNearestNeighbor(x as Image, [5, 9]),
    [[2, 3, 4, 2]],
  ],
  [
    'mirrorPad',
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 1],
        ],
        'reflect',
      ),
    [[4, 3]],
  ],
  ['maximum with broadcasting', tf.maximum as Op, [[3, 4], [4]], smooth],
  [
    'minimum with broadcasting',
    tf.minimum as Op,
    [
      [3, 1],
      [2, 1, 4],
    ],
    smooth,
  ],
  ['squaredDifference with broadcasting', tf.squaredDifference as Op, [[], [5]], smooth],
];

describeNative('gradients that tfjs-core has wrong', () => {
  for (const [name, op, shapes, options] of cases) {
    it(`is right on the native backend: ${name}`, () => {
      resetFallbacks();
      tf.tidy(() => {
        const inputs = shapes.map((shape, i) =>
          tf.tensor(values(tf.util.sizeFromShape(shape), i + 20), shape),
        );
        expectGradient(op, inputs, options);
      });
      expect([...fallbacks()], 'fall-backs to plain JavaScript').toEqual([]);
    });
  }
});
