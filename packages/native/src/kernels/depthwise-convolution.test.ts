import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { expectGradient } from '../../../kernels/test/finite-differences.js';
import { describeNative, expectAsOnCpu, input, seededInput } from '../../test/on-native.js';

type Pad =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  readonly x: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly dilations?: number | [number, number];
}

const cases: Case[] = [
  { x: [2, 8, 8, 16], filter: [3, 3, 16, 1], strides: 1, pad: 'same' },
  { x: [2, 9, 7, 5], filter: [3, 3, 5, 1], strides: 2, pad: 'same' },
  { x: [1, 14, 14, 48], filter: [7, 7, 48, 1], strides: 1, pad: 3 },
  { x: [3, 7, 7, 40], filter: [7, 7, 40, 1], strides: 1, pad: 'same' },
  { x: [2, 15, 17, 17], filter: [7, 7, 17, 1], strides: 2, pad: 3 },
  { x: [2, 11, 12, 33], filter: [5, 5, 33, 1], strides: 1, pad: 'valid' },
  { x: [2, 12, 11, 16], filter: [5, 5, 16, 1], strides: 2, pad: 'same' },
  { x: [1, 10, 12, 3], filter: [9, 4, 3, 1], strides: 1, pad: 'same' },
  { x: [2, 13, 12, 8], filter: [5, 7, 8, 1], strides: [3, 1], pad: 'same' },
  {
    x: [2, 9, 8, 6],
    filter: [4, 5, 6, 1],
    strides: [2, 1],
    pad: [
      [0, 0],
      [1, 2],
      [3, 0],
      [0, 0],
    ],
  },
  { x: [2, 6, 6, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
  { x: [2, 7, 6, 4], filter: [5, 5, 4, 2], strides: 2, pad: 'same' },
  { x: [2, 6, 6, 1], filter: [3, 3, 1, 1], strides: 1, pad: 'same' },
  { x: [2, 6, 6, 1], filter: [5, 5, 1, 3], strides: 1, pad: 'same' },
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: 1, pad: 'valid' },
  { x: [0, 6, 6, 4], filter: [5, 5, 4, 1], strides: 1, pad: 'same' },
  { x: [3, 13, 12, 96], filter: [7, 7, 96, 1], strides: 1, pad: 'same' },
];

const dilated: Case[] = [
  { x: [2, 9, 10, 16], filter: [3, 3, 16, 1], strides: 1, pad: 'same', dilations: 2 },
  { x: [2, 12, 11, 5], filter: [3, 5, 5, 1], strides: 1, pad: 'valid', dilations: [3, 2] },
  { x: [1, 15, 14, 20], filter: [7, 7, 20, 1], strides: 1, pad: 'same', dilations: 2 },
  { x: [1, 9, 9, 4], filter: [3, 3, 4, 1], strides: 1, pad: 5, dilations: 2 },
  { x: [2, 9, 8, 3], filter: [3, 3, 3, 2], strides: 1, pad: 'same', dilations: 2 },
];

const named = (list: readonly Case[]) => list.map((one) => [JSON.stringify(one), one] as const);
const convolve =
  ({ strides, pad, dilations }: Case) =>
  (x: Tensor, filter: Tensor) =>
    tf.depthwiseConv2d(x as Tensor4D, filter as Tensor4D, strides, pad, 'NHWC', dilations);

describeNative('depthwise convolution', () => {
  it.each(named([...cases, ...dilated]))('of %s', async (_name, one) => {
    await expectAsOnCpu(convolve(one), [input(...one.x), seededInput(2, ...one.filter)]);
  });

  it.each(named(cases))('has the gradients of %s', async (_name, one) => {
    const { x, filter, strides, pad } = one;
    const shared = { strides, pad, dilations: [1, 1], dimRoundingMode: undefined };
    const run = (name: string, inputs: object, attrs: object): Tensor =>
      tf.engine().runKernel(name, inputs as never, { ...shared, ...attrs } as never);
    const out = tf.backend_util.computeConv2DInfo(
      [...x],
      [...filter],
      strides,
      1,
      pad,
      undefined,
      true,
    ).outShape;
    await expectAsOnCpu(
      (dy, weights) => run('DepthwiseConv2dNativeBackpropInput', { dy, filter: weights }, { inputShape: x }),
      [input(...out), seededInput(2, ...filter)],
    );
    await expectAsOnCpu(
      (image, dy) => run('DepthwiseConv2dNativeBackpropFilter', { x: image, dy }, { filterShape: filter }),
      [input(...x), seededInput(3, ...out)],
    );
  });

  it.each(named(dilated))('has the gradients that differences give for %s', (_name, one) => {
    tf.tidy(() => {
      const x = tf.tensor(input(...one.x).values, [...one.x]);
      const filter = tf.tensor(seededInput(2, ...one.filter).values, [...one.filter]);
      expectGradient(convolve(one), [x, filter]);
    });
  });
});
