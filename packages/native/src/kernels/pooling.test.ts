import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectGradient } from '../../../kernels/test/finite-differences.js';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

type Pad =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  readonly shape: readonly [number, number, number, number];
  readonly window: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly rounding?: 'floor' | 'round' | 'ceil';
}

const cases: Case[] = [
  { shape: [2, 8, 8, 3], window: 2, strides: 2, pad: 'valid' },
  { shape: [2, 7, 9, 5], window: 3, strides: 2, pad: 'same' },
  { shape: [1, 9, 7, 17], window: 3, strides: 1, pad: 'same' },
  { shape: [3, 9, 8, 64], window: 3, strides: 2, pad: 1, rounding: 'floor' },
  { shape: [1, 8, 8, 16], window: 3, strides: 2, pad: 1, rounding: 'ceil' },
  {
    shape: [2, 6, 5, 33],
    window: [2, 3],
    strides: [1, 2],
    pad: [
      [0, 0],
      [0, 1],
      [2, 1],
      [0, 0],
    ],
  },
  { shape: [2, 5, 5, 4], window: 5, strides: 1, pad: 'valid' },
  { shape: [2, 6, 6, 4], window: 1, strides: 3, pad: 'valid' },
  { shape: [2, 4, 4, 4], window: 1, strides: 1, pad: 'same' },
  { shape: [1, 1, 1, 1], window: 3, strides: 1, pad: 'same' },
  { shape: [0, 4, 4, 2], window: 2, strides: 2, pad: 'valid' },
  { shape: [1, 7, 7, 2], window: 2, strides: 3, pad: 'valid' },
  { shape: [8, 32, 32, 24], window: 3, strides: 2, pad: 'same' },
];

const named = cases.map((one) => [JSON.stringify(one), one] as const);

/** Whole numbers from 0 to 4, so that windows have several maxima. */
const tied = (...shape: readonly number[]): Input => {
  const size = shape.reduce((product, length) => product * length, 1);
  return { values: Float32Array.from({ length: size }, (_, i) => (i * 7919) % 5), shape };
};

describeNative('pooling', () => {
  it.each(named)(
    'takes maxima and averages of %s',
    async (_name, { shape, window, strides, pad, rounding }) => {
      for (const x of [input(...shape), tied(...shape)]) {
        await expectAsOnCpu((image) => tf.maxPool(image as Tensor4D, window, strides, pad, rounding), [x], {
          tolerance: 0,
        });
        await expectAsOnCpu((image) => tf.avgPool(image as Tensor4D, window, strides, pad, rounding), [x]);
      }
    },
  );

  it.each(named)('has the gradients of %s', async (_name, { shape, window, strides, pad, rounding }) => {
    const attrs = { filterSize: window, strides, pad, dimRoundingMode: rounding };
    const run = (name: string, inputs: object): Tensor =>
      tf.engine().runKernel(name, inputs as never, attrs as never);
    const out = tf.backend_util.computePool2DInfo([...shape], window, strides, 1, pad, rounding).outShape;
    for (const x of [input(...shape), tied(...shape)])
      await expectAsOnCpu(
        (image, dy) => {
          const output = tf.maxPool(image as Tensor4D, window, strides, pad, rounding);
          return run('MaxPoolGrad', { dy, input: image, output });
        },
        [x, input(...out)],
      );
    // The CPU backend's kernel does not know how the forward pass rounded.
    if (rounding === 'ceil') return;
    await expectAsOnCpu(
      (image, dy) => run('AvgPoolGrad', { dy, input: image }),
      [input(...shape), input(...out)],
    );
  });

  it('passes NaN and infinities as the CPU backend does', async () => {
    const values = [Number.NaN, 1, -2, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 3].concat([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    const x = { values, shape: [1, 3, 4, 1] };
    const both = (image: Tensor): Tensor[] => [
      tf.maxPool(image as Tensor4D, 2, 1, 'valid'),
      tf.avgPool(image as Tensor4D, 2, 1, 'valid'),
      tf.grad((y: Tensor) => tf.maxPool(y as Tensor4D, 2, 1, 'same'))(image),
    ];
    await expectAsOnCpu(both, [x], { tolerance: 0 });
  });

  it.each(named)('averages so that differences agree with its gradient: %s', (_name, one) => {
    const { shape, window, strides, pad, rounding } = one;
    if (shape.includes(0) || rounding !== undefined) return;
    tf.tidy(() => {
      const x = tf.tensor(input(...shape).values, [...shape]);
      expectGradient((image) => tf.avgPool(image as Tensor4D, window, strides, pad), [x]);
    });
  });

  it('refuses windows larger than the image', () => {
    const x = tf.ones<tf.Rank.R4>([1, 2, 2, 3]);
    expect(() => tf.maxPool(x, 5, 1, 'valid')).toThrow('pooling: the window must fit into the padded image');
    expect(() => tf.avgPool(x, 5, 1, 'valid')).toThrow('received 5x5 in 2x2');
    x.dispose();
  });

  it('leaves whole numbers to the CPU backend', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([1, 5, 3, 2], [1, 2, 2, 1], 'int32');
      const y = tf.maxPool(x, 2, 2, 'valid');
      expect([y.dtype, y.dataSync()[0]]).toEqual(['int32', 5]);
    });
  });
});
