import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, useWasm } from '../../test/backends.js';
import { values } from '../../test/values.js';

type Shape = [number, number, number, number];
type Attrs = { groups: number; strides: number; pad: 'same' | 'valid' | number; dilations?: number };

const cases: [x: Shape, filter: Shape, attrs: Attrs][] = [
  [[2, 6, 7, 16], [3, 3, 4, 16], { groups: 4, strides: 1, pad: 1 }],
  [[2, 7, 6, 16], [3, 3, 8, 8], { groups: 2, strides: 2, pad: 1 }],
  [[1, 5, 5, 6], [3, 3, 3, 10], { groups: 2, strides: 1, pad: 'same' }],
  [[2, 5, 6, 12], [1, 1, 6, 6], { groups: 2, strides: 1, pad: 'valid' }],
  [[1, 8, 9, 10], [3, 3, 5, 14], { groups: 2, strides: 3, pad: 'same' }],
  [[1, 9, 8, 8], [3, 3, 4, 8], { groups: 2, strides: 1, pad: 'same', dilations: 2 }],
];

beforeAll(useWasm);

const tensor = (seed: number, shape: Shape): tf.Tensor4D =>
  tf.tensor4d(values(tf.util.sizeFromShape(shape), seed), shape);
const run = (name: string, inputs: object, attrs: object): tf.Tensor =>
  tf.engine().runKernel(name, inputs as never, attrs as never);

/** What the definition says: each group by itself, side by side. */
function apart(x: tf.Tensor, filter: tf.Tensor, { groups, strides, pad, dilations = 1 }: Attrs): tf.Tensor {
  const kernels = tf.split(filter, groups, 3) as tf.Tensor4D[];
  const parts = (tf.split(x, groups, 3) as tf.Tensor4D[]).map((part, group) =>
    tf.conv2d(part, kernels[group] as tf.Tensor4D, strides, pad, 'NHWC', dilations),
  );
  return tf.concat(parts, 3);
}

describe.each(cases)('convolution in groups of %j by %j, %j', (xShape, filterShape, attrs) => {
  it.each(['wasm', 'cpu'])('and its gradients are those of every group, on %s', async (backend) => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const [x, filter] = [tensor(1, xShape), tensor(2, filterShape)];
      const expected = apart(x, filter, attrs);
      const y = run('MixGroupedConv2D', { x, filter }, attrs);
      expect(y.shape).toEqual(expected.shape);
      expectClose(y.dataSync(), expected.dataSync());
      const dy = tensor(3, expected.shape as Shape);
      const [dx, dFilter] = tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(dy, apart(a, b, attrs))))([
        x,
        filter,
      ]) as [tf.Tensor, tf.Tensor];
      const back = run('MixGroupedConv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: xShape });
      expectClose(back.dataSync(), dx.dataSync());
      const across = run('MixGroupedConv2DBackpropFilter', { x, dy }, { ...attrs, filterShape });
      expectClose(across.dataSync(), dFilter.dataSync());
    });
  });
});

it('leaves nothing behind', async () => {
  await tf.setBackend('wasm');
  const [x, filter] = [tensor(1, [2, 6, 6, 8]), tensor(2, [3, 3, 4, 8])];
  const attrs = { groups: 2, strides: 1, pad: 1 };
  expectNoLeak(() => {
    const dy = run('MixGroupedConv2D', { x, filter }, attrs);
    const dx = run('MixGroupedConv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape });
    const shape = { ...attrs, filterShape: filter.shape };
    return [dy, dx, run('MixGroupedConv2DBackpropFilter', { x, dy }, shape)];
  });
});
