import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, seededInput } from '../../test/on-native.js';

type Pad = [[number, number], [number, number], [number, number], [number, number]];
type Shape = [number, number, number, number];

const even = (by: number): Pad => [
  [0, 0],
  [by, by],
  [by, by],
  [0, 0],
];

interface Case {
  readonly x: Shape;
  readonly filter: Shape;
  readonly groups: number;
  readonly strides: number;
  readonly pad: Pad | 'same';
  readonly dilations?: number;
}

const cases: Case[] = [
  { x: [2, 8, 8, 8], filter: [3, 3, 2, 12], groups: 4, strides: 1, pad: even(1) },
  { x: [2, 9, 7, 64], filter: [3, 3, 4, 64], groups: 16, strides: 2, pad: even(1) },
  { x: [3, 10, 21, 64], filter: [3, 3, 4, 64], groups: 16, strides: 1, pad: even(1) },
  { x: [2, 7, 6, 32], filter: [3, 3, 8, 32], groups: 4, strides: 1, pad: even(2) },
  { x: [2, 8, 9, 96], filter: [3, 3, 8, 96], groups: 12, strides: 2, pad: even(1) },
  { x: [2, 6, 8, 16], filter: [3, 3, 4, 16], groups: 4, strides: 2, pad: even(0) },
  { x: [1, 14, 14, 128], filter: [3, 3, 4, 128], groups: 32, strides: 1, pad: even(1) },
  { x: [2, 9, 8, 6], filter: [3, 3, 3, 4], groups: 2, strides: 1, pad: 'same', dilations: 2 },
  { x: [2, 5, 6, 6], filter: [1, 1, 3, 4], groups: 2, strides: 1, pad: 'same' },
  { x: [2, 6, 6, 5], filter: [3, 3, 5, 3], groups: 1, strides: 1, pad: even(0) },
  { x: [2, 6, 6, 4], filter: [3, 3, 1, 8], groups: 4, strides: 1, pad: even(1) },
];

const tensor = (seed: number, shape: Shape): Tensor4D =>
  tf.tensor4d(seededInput(seed, ...shape).values as Float32Array, shape);
const run = (name: string, inputs: object, attrs: object): Tensor =>
  tf.engine().runKernel(name, inputs as never, attrs as never);

function expectNear(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const difference = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0] as number;
  expect(difference).toBeLessThanOrEqual(1e-5 * (tf.max(tf.abs(expected)).dataSync()[0] as number));
}

describeNative('convolution in groups', () => {
  it.each(cases)('is a convolution of every group: $x by $filter', ({ dilations = 1, ...one }) => {
    const { x, filter, groups, strides, pad } = one;
    tf.tidy(() => {
      const [image, weights] = [tensor(1, x), tensor(2, filter)];
      // What the definition says: each group by itself, side by side.
      const apart = (input: Tensor, kernel: Tensor): Tensor => {
        // tfjs' gradient of split wants several parts.
        if (groups === 1)
          return tf.conv2d(input as Tensor4D, kernel as Tensor4D, strides, pad, 'NHWC', dilations);
        const inputs = tf.split(input, groups, 3) as Tensor4D[];
        const kernels = tf.split(kernel, groups, 3) as Tensor4D[];
        return tf.concat(
          inputs.map((part, group) =>
            tf.conv2d(part, kernels[group] as Tensor4D, strides, pad, 'NHWC', dilations),
          ),
          3,
        );
      };
      const attrs = { strides, pad, groups, dilations };
      const expected = apart(image, weights);
      expectNear(run('MixGroupedConv2D', { x: image, filter: weights }, attrs), expected);
      const dy = tensor(3, expected.shape as Shape);
      const [dx, dFilter] = tf.grads((input: Tensor, kernel: Tensor) =>
        tf.sum(tf.mul(dy, apart(input, kernel))),
      )([image, weights]) as [Tensor, Tensor];
      const back = { dy, filter: weights };
      expectNear(run('MixGroupedConv2DBackpropInput', back, { ...attrs, inputShape: x }), dx);
      const across = { x: image, dy };
      expectNear(run('MixGroupedConv2DBackpropFilter', across, { ...attrs, filterShape: filter }), dFilter);
    });
  });

  it('takes no images at all', () => {
    tf.tidy(() => {
      const attrs = { strides: 1, pad: even(1), groups: 2, filterShape: [3, 3, 2, 4] };
      const [x, dy] = [tf.zeros([0, 4, 4, 4]), tf.zeros([0, 4, 4, 4])];
      expect(run('MixGroupedConv2D', { x, filter: tf.ones([3, 3, 2, 4]) }, attrs).shape).toEqual([
        0, 4, 4, 4,
      ]);
      const dFilter = run('MixGroupedConv2DBackpropFilter', { x, dy }, attrs);
      expect(dFilter.dataSync().every((value) => value === 0)).toBe(true);
    });
  });

  it('refuses groups that do not fit', () => {
    tf.tidy(() => {
      const inputs = { x: tf.ones([1, 4, 4, 6]), filter: tf.ones([3, 3, 2, 4]) };
      expect(() => run('MixGroupedConv2D', inputs, { strides: 1, pad: even(1), groups: 2 })).toThrow(
        /filter must be \[height,width,in\/groups,out\].*groups=2; received \[3,3,2,4\] for an input of \[1,4,4,6\]/,
      );
    });
  });
});
