import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createConvolution } from './convolution.js';
import { ParameterStore } from './parameter-store.js';

describe('createConvolution', () => {
  useBackend('cpu');

  function ones(kernelSize: number, stride: number) {
    const store = new ParameterStore();
    const builder = {
      store,
      rng: createRng(0),
      batchNorm: { momentum: 0.1, epsilon: 1e-5, frozen: false },
    };
    const conv = createConvolution(builder, 'c', { inChannels: 1, outChannels: 1, kernelSize, stride });
    const weight = tf.ones([1, 1, kernelSize, kernelSize]);
    store.restore({ tensors: { 'c.weight': weight }, values: {} });
    return conv;
  }

  it('pads as much above and left as PyTorch does, at stride 2 too', () => {
    // torch.nn.functional.conv2d(torch.arange(16.).view(1, 1, 4, 4), torch.ones(1, 1, 3, 3), stride=2, padding=1)
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as tf.Tensor4D;
    expect(Array.from(ones(3, 2).apply(x).dataSync())).toEqual([10, 24, 51, 90]);
  });

  it('keeps the size at stride 1 and rounds odd sizes up at stride 2', () => {
    const x = tf.ones<tf.Rank.R4>([1, 5, 7, 1]);
    expect(ones(3, 1).apply(x).shape).toEqual([1, 5, 7, 1]);
    expect(ones(3, 2).apply(x).shape).toEqual([1, 3, 4, 1]);
    expect(ones(1, 2).apply(x).shape).toEqual([1, 3, 4, 1]);
  });

  it('applies a per-channel affine map after itself', () => {
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as tf.Tensor4D;
    const y = ones(3, 2).applyAffine(x, tf.tensor1d([2]), tf.tensor1d([-1]));
    expect(Array.from(y.dataSync())).toEqual([19, 47, 101, 179]);
  });

  it('adds its bias before the affine map, and pads by what it is told', () => {
    const store = new ParameterStore();
    const sizes = { inChannels: 1, outChannels: 1, kernelSize: 3, pad: 0, bias: true };
    const conv = createConvolution({ store, rng: createRng(0) }, 'c', sizes);
    const state = { 'c.weight': tf.ones([1, 1, 3, 3]), 'c.bias': tf.tensor1d([3]) };
    store.restore({ tensors: state, values: {} });
    const x = tf.ones<tf.Rank.R4>([1, 3, 4, 1]);
    expect(conv.apply(x).arraySync()).toEqual([[[[12], [12]]]]);
    expect(conv.applyAffine(x, tf.tensor1d([2]), tf.tensor1d([-1])).arraySync()).toEqual([[[[23], [23]]]]);
  });
});
