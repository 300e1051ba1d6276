import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectGradient } from '../../../kernels/test/finite-differences.js';
import { counted } from '../../test/counted.js';
import { describeNative, expectAsOnCpu, input } from '../../test/on-native.js';

const sizes: [from: [number, number], to: [number, number]][] = [
  [
    [3, 4],
    [7, 9],
  ],
  [
    [8, 6],
    [5, 3],
  ],
  [
    [2, 2],
    [4, 4],
  ],
  [
    [5, 3],
    [1, 1],
  ],
  [
    [1, 1],
    [3, 2],
  ],
  [
    [4, 4],
    [4, 4],
  ],
  [
    [32, 24],
    [50, 17],
  ],
];
const modes = [
  [false, false],
  [true, false],
  [false, true],
] as const;
const cases = sizes.flatMap(([from, to]) =>
  modes.map(([align, half]) => ({ from, to, align, half }) as const),
);

describeNative('resizing', () => {
  it.each(cases)('from $from to $to, alignCorners $align, halfPixelCenters $half', async (one) => {
    const { from, to, align, half } = one;
    for (const channels of [1, 3, 5, 16]) {
      const x = input(2, ...from, channels);
      await expectAsOnCpu((image) => tf.image.resizeBilinear(image as Tensor4D, to, align, half), [x]);
      await expectAsOnCpu(
        (image) => tf.image.resizeNearestNeighbor(image as Tensor4D, to, align, half),
        [x],
        { tolerance: 0 },
      );
    }
  });

  it.each(cases)('has the gradients that differences give from $from to $to, $align, $half', (one) => {
    const { from, to, align, half } = one;
    tf.tidy(() => {
      for (const channels of [3, 6]) {
        const shape = [2, ...from, channels];
        const x = tf.tensor(input(...shape).values, shape);
        expectGradient((image) => tf.image.resizeBilinear(image as Tensor4D, to, align, half), [x]);
        expectGradient((image) => tf.image.resizeNearestNeighbor(image as Tensor4D, to, align, half), [x]);
      }
    });
  });

  it('runs its own gradients', async () => {
    const grow = (image: Tensor): Tensor => tf.image.resizeBilinear(image as Tensor4D, [6, 8], false, true);
    await tf.setBackend('native');
    const { kernelNames, result } = await tf.profile(() =>
      tf.tidy(() => tf.grad(grow)(tf.ones([1, 3, 4, 2]))),
    );
    expect(kernelNames).toContain('ResizeBilinearGrad');
    tf.dispose(result);
  });

  it('takes whole numbers', async () => {
    const x = counted('int32', 1, 3, 4, 2);
    await expectAsOnCpu((image) => tf.image.resizeBilinear(image as Tensor4D, [5, 5]), [x]);
    await expectAsOnCpu((image) => tf.image.resizeNearestNeighbor(image as Tensor4D, [5, 5]), [x]);
  });

  it('takes no images at all', async () => {
    await expectAsOnCpu((image) => tf.image.resizeBilinear(image as Tensor4D, [5, 5]), [input(0, 3, 4, 2)]);
    await expectAsOnCpu(
      (image) => tf.image.resizeNearestNeighbor(image as Tensor4D, [5, 5]),
      [input(0, 3, 4, 2)],
    );
  });

  it.each(['bilinear', 'nearest'] as const)('crops, %s', async (method) => {
    const boxes = {
      values: [
        [0, 0, 1, 1],
        [0.25, 0.1, 0.7, 0.9],
        [1, 1, 0, 0],
        [-0.5, 0.2, 0.5, 1.5],
        [0.3, 0.3, 0.3, 0.3],
        [0, 0, 1, 1],
      ].flat(),
      shape: [6, 4],
    };
    const images = { values: [0, 1, 1, 0, 1, 7], shape: [6], dtype: 'int32' as const };
    const crop = (size: [number, number]) => (x: Tensor, b: Tensor, i: Tensor) =>
      tf.image.cropAndResize(x as Tensor4D, b as Tensor2D, i as Tensor1D, size, method, -3);
    for (const size of [
      [4, 3],
      [1, 1],
      [9, 1],
      [32, 40],
    ] as [number, number][])
      for (const channels of [1, 3, 20])
        await expectAsOnCpu(crop(size), [input(2, 8, 7, channels), boxes, images]);
  });
});
