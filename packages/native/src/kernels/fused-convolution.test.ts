import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { describeNative, expectAsOnCpu, input, seededInput } from '../../test/on-native.js';

const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

describeNative('fused convolution', () => {
  it.each(activations)('with a bias and %s', async (activation) => {
    const fuse =
      (depthwise: boolean) =>
      (x: Tensor, filter: Tensor, bias: Tensor, slopes: Tensor): Tensor => {
        const options = {
          x: x as Tensor4D,
          filter: filter as Tensor4D,
          strides: 1,
          pad: 'same' as const,
          bias,
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === 'prelu' && { preluActivationWeights: slopes }),
        };
        return depthwise ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options);
      };
    const x = input(2, 7, 6, 8);
    await expectAsOnCpu(fuse(false), [x, seededInput(2, 3, 3, 8, 5), input(5), seededInput(3, 5)]);
    await expectAsOnCpu(fuse(true), [x, seededInput(2, 3, 3, 8, 1), input(8), seededInput(3, 8)]);
    await expectAsOnCpu(fuse(false), [x, seededInput(2, 1, 1, 8, 5), input(), seededInput(3, 5)]);
  });

  it('without a bias, and with dilation', async () => {
    const fuse = (x: Tensor, filter: Tensor): Tensor =>
      tf.fused.conv2d({
        x: x as Tensor4D,
        filter: filter as Tensor4D,
        strides: 1,
        pad: 'valid',
        dilations: 2,
        activation: 'relu',
      });
    await expectAsOnCpu(fuse, [input(2, 9, 8, 4), seededInput(2, 3, 3, 4, 6)]);
  });
});
