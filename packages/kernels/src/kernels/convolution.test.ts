import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { expectGradient } from '../../test/finite-differences.js';
import { values } from '../../test/values.js';

type Shape = [number, number, number, number];
type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
type Case = [
  name: string,
  x: Shape,
  filter: Shape,
  strides: number | [number, number],
  pad: Pad,
  dilation?: number,
];

const cases: Case[] = [
  ['a 3x3', [2, 5, 6, 4], [3, 3, 4, 8], 1, 'same'],
  ['odd channels', [2, 7, 5, 3], [3, 3, 3, 5], 1, 'same'],
  ['more than one tile of channels', [1, 4, 9, 13], [3, 3, 13, 21], 1, 'same'],
  ['padding valid', [2, 6, 7, 5], [3, 2, 5, 9], 1, 'valid'],
  ['stride 2, uneven same', [2, 8, 8, 4], [3, 3, 4, 8], 2, 'same'],
  ['stride 2, odd size', [1, 7, 9, 6], [3, 3, 6, 12], 2, 'same'],
  ['stride 2, padding 1', [2, 8, 6, 4], [3, 3, 4, 4], 2, 1],
  ['strides that differ', [1, 9, 8, 2], [3, 3, 2, 3], [2, 3], 'valid'],
  [
    'explicit padding',
    [1, 5, 5, 4],
    [3, 3, 4, 8],
    1,
    [
      [0, 0],
      [2, 0],
      [0, 1],
      [0, 0],
    ],
  ],
  ['padding beyond the filter', [1, 3, 3, 2], [2, 2, 2, 2], 1, 3],
  ['a 1x1', [3, 4, 5, 6], [1, 1, 6, 10], 1, 'same'],
  ['a 1x1 with stride 2', [2, 5, 6, 4], [1, 1, 4, 8], 2, 'same'],
  ['a 7x7 stem', [1, 11, 12, 3], [7, 7, 3, 8], 2, 'same'],
  ['a patch embedding', [2, 8, 8, 3], [4, 4, 3, 16], 4, 'valid'],
  ['dilation 2', [2, 7, 8, 4], [3, 3, 4, 8], 1, 'same', 2],
  ['dilation 3, valid', [1, 9, 8, 3], [3, 2, 3, 5], 1, 'valid', 3],
  [
    'dilation 2, padded beyond the window',
    [1, 5, 6, 3],
    [1, 1, 3, 4],
    1,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    2,
  ],
  [
    'dilation 3, padded beyond a 2x1 window',
    [1, 6, 5, 2],
    [2, 1, 2, 3],
    1,
    [
      [0, 0],
      [1, 2],
      [1, 2],
      [0, 0],
    ],
    3,
  ],
  ['Winograd', [2, 8, 8, 8], [3, 3, 8, 12], 1, 'same'],
  ['Winograd, sizes that tiles do not divide', [3, 9, 6, 12], [3, 3, 12, 8], 1, 'same'],
  ['Winograd, valid', [2, 7, 10, 8], [3, 3, 8, 8], 1, 'valid'],
  ['Winograd, more channels than one sum takes', [1, 4, 4, 68], [3, 3, 68, 72], 1, 'same'],
  ['Winograd, padding 2', [1, 6, 7, 8], [3, 3, 8, 16], 1, 2],
  ['Winograd, more tiles than a block', [5, 17, 16, 8], [3, 3, 8, 8], 1, 'same'],
  ['one pixel', [1, 1, 1, 1], [3, 3, 1, 1], 1, 'same'],
  ['an empty batch', [0, 4, 4, 4], [3, 3, 4, 8], 1, 'same'],
];

beforeAll(useWasm);

function inputs(x: Shape, filter: Shape): [tf.Tensor4D, tf.Tensor4D] {
  return [
    tf.tensor4d(values(tf.util.sizeFromShape(x), 1), x),
    tf.tensor4d(values(tf.util.sizeFromShape(filter), 2), filter),
  ];
}

describe.each(cases)('conv2d, %s', (_, x, filter, strides, pad, dilation = 1) => {
  const op = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad, 'NHWC', dilation);

  it('has the gradients that differences give', () => {
    tf.tidy(() => expectGradient(op as never, inputs(x, filter)));
  });

  it('agrees with the CPU backend', async () => {
    await expectSameOnCpu(() => {
      const [a, b] = inputs(x, filter);
      const { value, grads } = tf.valueAndGrads((p: tf.Tensor, q: tf.Tensor) => tf.mean(tf.square(op(p, q))))(
        [a, b],
      );
      return [op(a, b), value, ...grads];
    }, 2e-5);
  });
});

it('refuses a window that does not fit into the image', () => {
  tf.tidy(() => {
    const [image, filter] = [tf.ones<tf.Rank.R4>([1, 1, 7, 3]), tf.ones<tf.Rank.R4>([3, 3, 3, 4])];
    expect(() => tf.conv2d(image, filter, 1, 'valid')).toThrow(
      /the window must fit into the padded image; got 3x3 in 1x7/,
    );
    expect(() => tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 3, 1, 'valid'))(image)).toThrow(
      /must fit|invalid|negative/i,
    );
  });
});

describe('conv2dTranspose', () => {
  it.each([
    ['stride 1', [2, 4, 5, 6], [3, 3, 3, 6], 1, 'same', [2, 4, 5, 3]],
    ['stride 2', [2, 4, 3, 5], [4, 4, 8, 5], 2, 'same', [2, 8, 6, 8]],
    ['stride 2, valid', [1, 3, 3, 4], [2, 2, 4, 4], 2, 'valid', [1, 6, 6, 4]],
  ] as const)('%s', async (_name, x, filter, stride, pad, out) => {
    const op = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, [...out] as Shape, stride, pad);
    tf.tidy(() => expectGradient(op as never, inputs([...x] as Shape, [...filter] as Shape)));
    await expectSameOnCpu(() => [op(...inputs([...x] as Shape, [...filter] as Shape))]);
  });

  it.each([3, 40])('refuses an output of %i pixels a side that 2 do not make', (side) => {
    const [x, filter] = inputs([1, 2, 2, 3], [3, 3, 2, 3]);
    expect(() => tf.conv2dTranspose(x, filter, [1, side, side, 2], 1, 'same')).toThrow(
      `dy must be [1,${side},${side},3], what this window makes of [1,${side},${side},2]; got [1,2,2,3]`,
    );
    tf.dispose([x, filter]);
  });
});

it('agrees with the CPU backend on any geometry', async () => {
  const small = fc.integer({ min: 1, max: 9 });
  const channels = fc.constantFrom(1, 3, 4, 8, 11, 12, 16);
  const geometry = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(small, small),
    channels: fc.tuple(channels, channels),
    window: fc.constantFrom<[number, number]>([1, 1], [3, 3], [3, 3], [2, 5], [4, 1]),
    stride: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom<Pad>('same', 'valid', 1, 2),
  });
  await fc.assert(
    fc.asyncProperty(
      geometry,
      async ({ batch, size: [height, width], channels: [from, to], window, stride, pad }) => {
        const extra = pad === 'same' ? 9 : typeof pad === 'number' ? 2 * pad : 0;
        // tfjs-core takes the height of the window for its width where the padding is a number.
        fc.pre(typeof pad !== 'number' || window[0] === window[1]);
        fc.pre(height + extra >= window[0] && width + extra >= window[1]);
        await expectSameOnCpu(() => {
          const pair = inputs([batch, height, width, from], [...window, from, to]);
          const op = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
            tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad);
          return [
            op(...pair),
            ...tf.grads((a, b) => tf.sum(tf.square(op(a as tf.Tensor, b as tf.Tensor))))(pair),
          ];
        }, 2e-4);
      },
    ),
    { seed: 0, numRuns: 60 },
  );
});

it('leaves nothing behind', () => {
  const op = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same');
  expectNoLeak(() =>
    tf.grads((a, b) => tf.sum(op(a as tf.Tensor, b as tf.Tensor)))(inputs([4, 16, 16, 8], [3, 3, 8, 8])),
  );
});
