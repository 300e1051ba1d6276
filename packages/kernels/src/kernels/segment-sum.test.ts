import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';
import { expectGradient } from '../../test/finite-differences.js';
import { values } from '../../test/values.js';

beforeAll(useWasm);

describe('gather', () => {
  it.each([
    [[6, 5], 0, [0, 3, 3, 5]],
    [[4, 7, 3], 1, [6, 0, 0, 2, 2]],
    [[2, 3, 4, 8], 3, [7, 1]],
    [[3], 0, []],
  ])('of %j along axis %i has the gradient that differences give', (shape, axis, indices) => {
    tf.tidy(() => {
      const x = tf.tensor(values(tf.util.sizeFromShape(shape), 1), shape);
      expectGradient((a) => tf.gather(a, tf.tensor1d(indices, 'int32'), axis), [x]);
    });
  });
});

describe('unsortedSegmentSum', () => {
  it.each(['float32', 'int32'] as const)('agrees with the CPU backend on %s', async (dtype) => {
    await expectSameOnCpu(() => {
      const x = tf.tensor(
        values(30, 2).map((value) => Math.round(value * 9)),
        [6, 5],
        dtype,
      );
      return [tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 1, 0, 2], 'int32'), 4)];
    });
  });

  it('sums what moves here from another backend while the heap grows', async () => {
    const count = 2 ** 23;
    await tf.setBackend('cpu');
    const [x, ids] = [tf.ones([count], 'int32'), tf.zeros<tf.Rank.R1>([count], 'int32')];
    await tf.setBackend('wasm');
    const sums = tf.unsortedSegmentSum(x, ids, 1);
    expect([...sums.dataSync()]).toEqual([count]);
    tf.dispose([x, ids, sums]);
  });

  it('leaves out rows whose id is outside the segments', () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([-1, 0, 7], 'int32'), 2);
    expect([...sums.dataSync()]).toEqual([2, 0]);
  });
});

it('leaves nothing behind', () => {
  const [x, ids] = [tf.ones([6, 5]), tf.tensor1d([0, 1, 0, 1, 0, 1], 'int32')];
  expectNoLeak(() => [tf.unsortedSegmentSum(x, ids, 2)]);
});
