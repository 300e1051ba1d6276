// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { testedBackends, useBackend } from '../test/use-backend.js';
import { isMixError } from './errors.js';
import { type GroupedConv2dOptions, groupedConv2d } from './grouped-conv2d.js';
import { createRng } from './rng.js';

type Shape = [number, number, number, number];
const cases: [x: Shape, filter: Shape, options: GroupedConv2dOptions][] = [
  [[2, 5, 4, 8], [3, 3, 4, 8], { groups: 2, pad: 1 }],
  [[1, 7, 6, 12], [3, 3, 3, 8], { groups: 4, pad: 1, stride: 2 }],
  [[2, 4, 9, 16], [3, 3, 8, 24], { groups: 2, pad: 1 }],
  [[1, 6, 5, 6], [2, 3, 2, 15], { groups: 3, stride: 3, pad: 2 }],
  [[2, 3, 3, 8], [1, 1, 4, 8], { groups: 2 }],
  [[1, 5, 5, 4], [3, 3, 4, 4], { groups: 1, pad: 1 }],
  [[0, 4, 4, 8], [3, 3, 4, 8], { groups: 2, pad: 1 }],
];

const noise = (seed: number, shape: Shape): Tensor4D => {
  const rng = createRng(seed);
  return tf.tensor4d(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
};

/** What the definition says: every group by itself, in plain loops. */
function byDefinition(x: Tensor4D, filter: Tensor4D, { groups, stride = 1, pad = 0 }: GroupedConv2dOptions) {
  const [rows, columns, inner, outer] = filter.shape;
  const [batch, height, width] = x.shape;
  const [pixels, weights] = [x.bufferSync(), filter.bufferSync()];
  const size = (length: number, taps: number) => Math.floor((length + 2 * pad - taps) / stride) + 1;
  const y = tf.buffer([batch, size(height, rows), size(width, columns), outer]);
  for (let index = 0; index < y.size; index++) {
    const [n, oy, ox, o] = y.indexToLoc(index) as Shape;
    let sum = 0;
    for (let ky = 0; ky < rows; ky++) {
      for (let kx = 0; kx < columns; kx++) {
        const [top, left] = [oy * stride + ky - pad, ox * stride + kx - pad];
        if (top < 0 || left < 0 || top >= height || left >= width) continue;
        const first = Math.floor(o / (outer / groups)) * inner;
        for (let i = 0; i < inner; i++)
          sum += pixels.get(n, top, left, first + i) * weights.get(ky, kx, i, o);
      }
    }
    y.set(sum, n, oy, ox, o);
  }
  return y.toTensor();
}

describe.each(testedBackends('cpu', 'wasm'))('groupedConv2d on %s', (backend) => {
  useBackend(backend);

  it.each(cases)('is a convolution of every group: %j by %j, %j', (xShape, filterShape, options) => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const [x, filter] = [noise(1, xShape), noise(2, filterShape)];
      const y = groupedConv2d(x, filter, options);
      const expected = byDefinition(x, filter, options);
      expect(y.shape).toEqual(expected.shape);
      const wanted = expected.dataSync();
      for (const [at, value] of y.dataSync().entries()) expect(value).toBeCloseTo(wanted[at] as number, 4);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  // Linear in each input: a difference along a direction is exact at any step.
  it.each(cases)('has the gradients of differences: %j by %j, %j', (xShape, filterShape, options) => {
    tf.tidy(() => {
      const inputs = [noise(1, xShape), noise(2, filterShape)] as const;
      const dy = noise(3, groupedConv2d(...inputs, options).shape);
      const loss = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
        tf.sum(tf.mul(dy, groupedConv2d(x as Tensor4D, filter as Tensor4D, options)));
      const gradients = tf.grads(loss)([...inputs]);
      for (const [which, gradient] of gradients.entries()) {
        expect(gradient.shape).toEqual(inputs[which]?.shape);
        const direction = noise(4 + which, gradient.shape as Shape);
        const moved = inputs.map((input, index) => (index === which ? direction : input)) as [
          Tensor4D,
          Tensor4D,
        ];
        const slope = loss(...moved).dataSync()[0] as number;
        const got = tf.sum(tf.mul(gradient, direction)).dataSync()[0] as number;
        expect(Math.abs(got - slope)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(slope)));
      }
    });
  });
});

describe('groupedConv2d', () => {
  useBackend('cpu');

  it.each([
    [
      [1, 4, 4, 6],
      [3, 3, 2, 8],
      { groups: 4 },
      'x must be [B,H,W,I] with I a multiple of the 4 groups; got [1,4,4,6]',
    ],
    [[1, 4, 4, 8], [3, 3, 4, 8], { groups: 4 }, 'filter must be [h,w,2,O] with O a multiple of the 4 groups'],
    [[1, 2, 4, 8], [3, 3, 2, 8], { groups: 4 }, 'no larger than the padded image; got [3,3,2,8]'],
    [[1, 4, 4, 8], [3, 3, 2, 8], { groups: 0 }, 'groups must be an integer of at least 1; got 0'],
    [[1, 4, 4, 8], [3, 3, 2, 8], { groups: 4, stride: 0 }, 'stride must be an integer of at least 1; got 0'],
  ] as [Shape, Shape, GroupedConv2dOptions, string][])(
    'refuses %j by %j, %j',
    (x, filter, options, message) => {
      let caught: unknown;
      try {
        groupedConv2d(tf.zeros(x), tf.zeros(filter), options);
      } catch (error) {
        caught = error;
      }
      expect(isMixError(caught)).toBe(true);
      expect(String(caught)).toContain(message);
    },
  );
});
