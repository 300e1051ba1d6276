import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { describeNative, type Input, input, seededInput } from '../../test/on-native.js';
import { registerNative } from '../index.js';

type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

const cases: [[number, number, number, number], number, Pad][] = [
  [[2, 16, 16, 16], 16, 'same'],
  [[3, 13, 18, 32], 48, 'same'],
  [[4, 15, 14, 16], 32, 'valid'],
  [[40, 4, 4, 208], 192, 'same'],
  [[9, 9, 7, 192], 224, 'same'],
  [
    [4, 11, 12, 16],
    16,
    [
      [0, 0],
      [2, 0],
      [0, 1],
      [0, 0],
    ],
  ],
  [[100, 6, 4, 64], 80, 'same'],
];

function tensorOf<T extends Tensor>({ values, shape }: Input): T {
  return tf.tensor(values, [...shape]) as T;
}

function read(tensor: Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

function expectWithin(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[i] as number))),
    0,
  );
  expect(scale).toBeGreaterThan(0);
  expect(worst / scale).toBeLessThan(tolerance);
}

describeNative('Winograd convolution', () => {
  afterEach(() => registerNative({ winograd: true }));

  for (const [shape, outChannels, pad] of cases) {
    it(`of [${shape}] to ${outChannels}, pad ${JSON.stringify(pad)}, agrees with the direct one`, () => {
      const x = tensorOf<Tensor4D>(input(...shape));
      const filter = tensorOf<Tensor4D>(input(3, 3, shape[3], outChannels));
      const attrs = { strides: 1, pad, dataFormat: 'NHWC', inputShape: shape, filterShape: filter.shape };
      const { outShape } = tf.backend_util.computeConv2DInfo(shape, filter.shape, 1, 1, pad);
      const dy = tensorOf<Tensor4D>(seededInput(7, ...outShape));
      const run = (): Float32Array[] => [
        read(tf.conv2d(x, filter, 1, pad)),
        read(tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, attrs) as Tensor),
        read(tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attrs) as Tensor),
      ];
      registerNative({ winograd: true });
      const fast = run();
      registerNative({ winograd: false });
      const direct = run();
      tf.dispose([x, filter, dy]);
      for (const [i, expected] of direct.entries()) {
        expectWithin(fast[i] as Float32Array, expected, 5e-6);
        // Were it the same to the last bit, it would not be Winograd's.
        expect(fast[i]).not.toEqual(expected);
      }
    });
  }

  it('passes NaN on to every output that sees it, and to no other image', () => {
    const values = input(4, 16, 16, 16).values as Float32Array;
    values[16 * 16 * 16 + 5 * 16 * 16 + 5 * 16] = Number.NaN;
    const y = tf.tidy(() =>
      tf.conv2d(tf.tensor4d(values, [4, 16, 16, 16]), tf.ones<tf.Rank.R4>([3, 3, 16, 16]), 1, 'same'),
    );
    const nan = tf.tidy(() => Array.from(tf.any(tf.isNaN(y), [1, 2, 3]).dataSync()));
    expect(nan).toEqual([0, 1, 0, 0]);
    const at = tf.tidy(() => tf.isNaN(tf.slice(y, [1, 4, 4, 0], [1, 3, 3, 16])).dataSync());
    expect(at.every((value) => value === 1)).toBe(true);
    y.dispose();
  });
});
