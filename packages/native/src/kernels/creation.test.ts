import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, type Input, input } from '../../test/on-native.js';

const types = ['float32', 'int32', 'bool'] as const;

describeNative('cast', () => {
  const float: Input = {
    values: [
      0, -0, 0.5, -0.5, 1.99, -1.99, 2147483520, 2147483648, -2147483648, 3e9, -3e9, 4294967296, 1e20,
    ].concat([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, 6442450944]),
    shape: [3, 6],
  };
  const int: Input = { values: [0, 1, -1, 16777217, -2147483648, 2147483647], shape: [6], dtype: 'int32' };
  const bool: Input = { values: [0, 1, 1, 0], shape: [2, 2], dtype: 'bool' };
  for (const to of types)
    it(`to ${to}`, async () => {
      for (const from of [float, int, bool, input(0, 3), input(300, 201)])
        await expectAsOnCpu((x) => tf.cast(x, to), [from], {
          tolerance: to === 'float32' ? 1e-7 : 0,
          elementwise: true,
        });
    });

  it('makes arrays of the new type, so that other kernels can take them', () =>
    expectAsOnCpu((x) => tf.add(tf.cast(x, 'float32'), 0.5), [int]));

  it('keeps the data where the type is the same', () => {
    const x = tf.tensor1d([1, 2]);
    const buffers = tf.memory().numDataBuffers;
    const y = tf.cast(x, 'float32');
    expect(tf.memory().numDataBuffers).toBe(buffers);
    x.dispose();
    expect([...y.dataSync()]).toEqual([1, 2]);
    y.dispose();
  });

  it('to complex64 runs on the CPU backend', () =>
    expectAsOnCpu((x) => tf.imag(tf.cast(x, 'complex64')), [input(3)], { allowFallback: true }));
});

describeNative('tensors of one value', () => {
  const run = (name: string, inputs: Record<string, Tensor>, attrs: object): Tensor =>
    tf.engine().runKernel(name, inputs as never, attrs as never) as Tensor;
  for (const dtype of types)
    it(`of ${dtype}`, async () => {
      for (const shape of [[], [0], [7], [40, 1000]]) {
        const x: Input = { ...input(...shape), dtype };
        await expectAsOnCpu((like) => tf.onesLike(like), [x]);
        await expectAsOnCpu((like) => tf.zerosLike(like), [x]);
        await expectAsOnCpu(() => run('Fill', {}, { shape, value: 3, dtype }), []);
      }
    });
  it('of the type of the value', async () => {
    await expectAsOnCpu(() => run('Fill', {}, { shape: [2], value: -1.5 }), []);
    await expectAsOnCpu(() => tf.fill([2], Number.NaN), []);
  });
  it('of text runs on the CPU backend', () => {
    const text = tf.fill([2], 'a', 'string' as DataType as 'float32');
    expect(text.dataSync()).toEqual(['a', 'a']);
    text.dispose();
  });
});

describeNative('other shapes', () => {
  it('share the data', async () => {
    await expectAsOnCpu((x) => tf.reshape(x, [3, -1]), [input(2, 6)]);
    await expectAsOnCpu((x) => tf.reshape(x, []), [input(1, 1)]);
    await expectAsOnCpu((x) => tf.reshape(x, [0, 4]), [input(2, 0)]);
    for (const axis of [0, 1, 2, -1]) await expectAsOnCpu((x) => tf.expandDims(x, axis), [input(2, 6)]);
    await expectAsOnCpu((x) => tf.squeeze(x), [input(1, 6, 1)]);
    await expectAsOnCpu((x) => tf.clone(x), [input(2, 6)]);
  });

  it('refuse other sizes', () => {
    const x = tf.zeros([2, 3]);
    expect(() => tf.engine().runKernel('Reshape', { x }, { shape: [7] })).toThrow(/must match/);
    x.dispose();
  });

  it('refuse to make an empty tensor one that is not', () => {
    const x = tf.zeros([0, 2]);
    expect(() => tf.reshape(x, [3])).toThrow('Reshape: [0,2] has 0 elements, and [3] another number');
    x.dispose();
  });

  it('leave the memory to the last tensor that uses it', () => {
    const x = tf.range(0, 1000);
    const y = tf.reshape(x, [10, 100]);
    x.dispose();
    const other = tf.zeros([1000]);
    expect(y.dataSync()[999]).toBe(999);
    tf.dispose([y, other]);
  });

  it('of complex numbers run on the CPU backend', () =>
    expectAsOnCpu((x) => tf.imag(tf.expandDims(tf.reshape(tf.complex(x, x), [6]), 0)), [input(2, 3)], {
      allowFallback: true,
    }));
});
