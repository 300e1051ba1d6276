import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, input, seededInput, tensorOf } from '../../test/on-native.js';

type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];
const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

const cases: [number[], number[], number | [number, number], Pad, number | [number, number]][] = [
  [[2, 8, 8, 3], [3, 3, 3, 4], 1, 'same', 1],
  [[1, 7, 5, 2], [3, 3, 2, 5], 2, 'same', 1],
  [[3, 9, 6, 16], [3, 3, 16, 32], 1, explicit(1, 1, 1, 1), 1],
  [[2, 8, 8, 16], [3, 3, 16, 16], 2, explicit(1, 1, 1, 1), 1],
  [[2, 8, 8, 4], [1, 1, 4, 8], 2, 'valid', 1],
  [[2, 5, 6, 3], [1, 1, 3, 7], 1, 'valid', 1],
  [[2, 5, 6, 3], [1, 1, 3, 7], [2, 1], 'same', 1],
  [[2, 4, 4, 3], [1, 1, 3, 2], 2, explicit(0, 1, 0, 1), 1],
  [[20, 6, 6, 3], [1, 1, 3, 5], 1, 'valid', 1],
  [[1, 10, 11, 3], [3, 2, 3, 4], 1, 'valid', [2, 3]],
  [[1, 6, 6, 1], [5, 5, 1, 1], [1, 2], explicit(0, 3, 2, 1), 1],
  [[1, 1, 1, 1], [1, 1, 1, 1], 1, 'valid', 1],
  [[0, 4, 4, 2], [3, 3, 2, 2], 1, 'same', 1],
  [[2, 4, 4, 64], [3, 3, 64, 64], 1, 'same', 1],
  [[3, 9, 7, 3], [3, 3, 3, 32], 1, 'same', 1],
  [[2, 9, 11, 3], [7, 7, 3, 16], 2, explicit(3, 3, 3, 3), 1],
  [[1, 6, 9, 1], [3, 2, 1, 16], [2, 1], explicit(0, 2, 3, 0), 1],
  [[2, 5, 4, 4], [1, 1, 4, 16], 2, 'same', 1],
  [[100, 5, 6, 2], [3, 3, 2, 16], 1, 'valid', 1],
  [[5, 8, 8, 64], [3, 3, 64, 48], 2, explicit(1, 1, 1, 1), 1],
  [[3, 5, 4, 136], [3, 2, 136, 16], [2, 1], 'same', 1],
];

describeNative('convolution', () => {
  for (const [x, filter, strides, pad, dilations] of cases) {
    const attrs = { strides, pad, dilations, dataFormat: 'NHWC' };
    const y = tf.backend_util.computeConv2DInfo(
      x as [number, number, number, number],
      filter as [number, number, number, number],
      strides,
      dilations,
      pad,
    ).outShape;
    it(`of [${x}] by [${filter}], strides ${strides}, pad ${JSON.stringify(pad)}, dilations ${dilations}`, async () => {
      await expectAsOnCpu(
        (image, weights) =>
          tf.conv2d(image as Tensor4D, weights as Tensor4D, strides, pad, 'NHWC', dilations),
        [input(...x), input(...filter)],
      );
      // The CPU backend's gradients take no account of dilation.
      if (dilations !== 1) return;
      await expectAsOnCpu(
        (dy, weights) =>
          tf
            .engine()
            .runKernel(
              'Conv2DBackpropInput',
              { dy, filter: weights },
              { ...attrs, inputShape: x },
            ) as Tensor4D,
        [input(...y), input(...filter)],
      );
      await expectAsOnCpu(
        (image, dy) =>
          tf
            .engine()
            .runKernel(
              'Conv2DBackpropFilter',
              { x: image, dy },
              { ...attrs, filterShape: filter },
            ) as Tensor4D,
        [input(...x), input(...y)],
      );
    });
  }

  it('refuses windows larger than the image', () => {
    const [x, filter] = [tf.ones<tf.Rank.R4>([1, 1, 1, 64]), tf.ones<tf.Rank.R4>([5, 5, 64, 64])];
    const message = 'convolution: the window must fit into the padded image; received 5x5 in 1x1';
    for (const strides of [1, 2]) {
      expect(() => tf.conv2d(x, filter, strides, 'valid')).toThrow(message);
      expect(() => tf.depthwiseConv2d(x, filter, strides, 'valid')).toThrow(message);
    }
    tf.dispose([x, filter]);
  });

  it('by a filter that is kept is the same, and by new weights another', () => {
    const x = tensorOf(input(8, 8, 8, 192)) as Tensor4D;
    const filter = tensorOf(seededInput(2, 3, 3, 192, 192)) as Tensor4D;
    const weights = tf.variable(filter);
    const attrs = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NHWC', inputShape: x.shape };
    const run = (): Float32Array[] => {
      const y = tf.conv2d(x, weights, 1, 'same');
      const dx = tf.engine().runKernel('Conv2DBackpropInput', { dy: x, filter: weights }, attrs) as Tensor4D;
      const values = [y, dx].map((output) => output.dataSync() as Float32Array);
      tf.dispose([y, dx]);
      return values;
    };
    const bytes = ({ buffer }: Float32Array) => new Uint8Array(buffer);
    const areSame = (values: Float32Array[], others: Float32Array[]) =>
      values.every((each, index) => Buffer.compare(bytes(each), bytes(others[index] as Float32Array)) === 0);
    const first = run();
    expect([run(), run(), run()].every((values) => areSame(values, first))).toBe(true);
    weights.assign(tf.tidy(() => tf.mul(weights, 2)));
    // Doubling is exact.
    const doubled = first.map((values) => values.map((value) => 2 * value));
    expect(areSame(run(), doubled)).toBe(true);
    tf.dispose([x, filter, weights]);
  });

  it('by a filter that is kept is another than by the same numbers in another shape', () => {
    const [x, other] = [tensorOf(input(8, 8, 8, 192)), tensorOf(input(8, 8, 8, 96))] as [Tensor4D, Tensor4D];
    const values = seededInput(2, 3, 3, 192, 192);
    const filter = tensorOf(values) as Tensor4D;
    const fresh = tensorOf({ ...values, shape: [3, 3, 96, 384] }) as Tensor4D;
    const run = (image: Tensor4D, by: Tensor4D): Float32Array =>
      tf.tidy(() => tf.conv2d(image, by, 1, 'same').dataSync() as Float32Array);
    for (let times = 0; times < 3; times++) run(x, filter);
    const reshaped = tf.reshape<tf.Rank.R4>(filter, [3, 3, 96, 384]);
    const expected = run(other, fresh);
    expect(run(other, reshaped).every((value, i) => value === expected[i])).toBe(true);
    tf.dispose([x, other, filter, fresh, reshaped]);
  });
});
