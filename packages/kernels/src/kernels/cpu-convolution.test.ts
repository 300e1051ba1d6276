import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../../test/values.js';
import { registerKernels } from '../index.js';

type Shape = [number, number, number, number];
type Pad = 'same' | 'valid' | tf.backend_util.ExplicitPadding;

const original = tf.getKernel('Conv2DBackpropFilter', 'cpu').kernelFunc;
const tensor = (seed: number, shape: Shape): tf.Tensor4D =>
  tf.tensor4d(values(tf.util.sizeFromShape(shape), seed), shape);
const run = (name: string, inputs: object, attrs: object): tf.Tensor =>
  tf.engine().runKernel(name, inputs as never, attrs as never);

beforeAll(async () => {
  registerKernels();
  await tf.setBackend('cpu');
});

describe.each<[x: Shape, filter: Shape, strides: number, pad: Pad]>([
  [[2, 5, 6, 3], [3, 3, 3, 4], 1, 'same'],
  [[2, 6, 5, 3], [3, 2, 3, 4], 2, 'same'],
  [[1, 7, 5, 2], [1, 1, 2, 3], 2, 'valid'],
  [
    [1, 3, 3, 2],
    [5, 5, 2, 3],
    1,
    [
      [0, 0],
      [3, 2],
      [1, 4],
      [0, 0],
    ],
  ],
])('the gradient of %j by a filter %j, stride %i, padding %j', (xShape, filterShape, strides, pad) => {
  it("is tfjs' to the bit", () => {
    const [x, filter] = [tensor(1, xShape), tensor(2, filterShape)];
    const dy = tensor(3, tf.conv2d(x, filter, strides, pad).shape as Shape);
    const attrs = { strides, pad, dataFormat: 'NHWC', filterShape };
    const wanted = original({ inputs: { x, dy }, backend: tf.backend(), attrs } as never) as tf.TensorInfo;
    const got = run('Conv2DBackpropFilter', { x, dy }, attrs);
    expect(got.shape).toEqual(filterShape);
    expect(got.dataSync()).toEqual(tf.engine().makeTensorFromTensorInfo(wanted).dataSync());
  });
});

it('leaves channels first to tfjs', () => {
  const [x, dy] = [tensor(1, [1, 2, 3, 3]), tensor(2, [1, 4, 3, 3])];
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [3, 3, 2, 4] };
  expect(run('Conv2DBackpropFilter', { x, dy }, attrs).shape).toEqual([3, 3, 2, 4]);
});
