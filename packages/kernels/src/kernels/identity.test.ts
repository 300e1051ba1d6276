import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { expectNoLeak, useWasm } from '../../test/backends.js';

beforeAll(useWasm);

it.each([
  ['float32', [1.5, -2]],
  ['int32', [3, 4]],
  ['bool', [1, 0]],
  ['string', ['a', 'b']],
] as const)('a clone of %s outlives its source', (dtype, data) => {
  const source = tf.tensor1d([...data] as number[], dtype);
  const copy = tf.clone(source);
  source.dispose();
  expect([...copy.dataSync()]).toEqual([...data]);
  copy.dispose();
});

it('keeps the value that a variable had', () => {
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const before = tf.clone(variable);
  variable.assign(tf.tensor1d([3, 4]));
  expect([...before.dataSync()]).toEqual([1, 2]);
  expect([...variable.dataSync()]).toEqual([3, 4]);
  tf.dispose([variable, before]);
});

it('leaves nothing behind', () => {
  const x = tf.ones([100]);
  expectNoLeak(() => [tf.clone(tf.clone(x))]);
});
