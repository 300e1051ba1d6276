import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { registerKernels } from './index.js';

it('can be called twice, before and after the backend starts, and says nothing', async () => {
  const warn = vi.spyOn(console, 'warn');
  registerKernels();
  const before = tf.getKernel('Conv2DBackpropFilter', 'wasm');
  expect(before).toBeDefined();
  await tf.setBackend('wasm');
  registerKernels();
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBe(before);
  expect([...tf.matMul(tf.ones([1, 2]), tf.ones([2, 1])).dataSync()]).toEqual([2]);
  expect(warn).not.toHaveBeenCalled();
});

it('refuses NCHW images by name', async () => {
  await tf.setBackend('wasm');
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [1, 1, 1, 1] };
  const x = tf.ones([1, 1, 2, 2]);
  expect(() => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy: x }, attrs as never)).toThrow(
    "Conv2DBackpropFilter: dataFormat must be 'NHWC' on wasm; got 'NCHW'",
  );
});
