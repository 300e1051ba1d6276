import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectSameOnCpu, useWasm } from '../../test/backends.js';

beforeAll(useWasm);

const numbered = (shape: number[], dtype: 'float32' | 'int32' | 'bool' = 'float32'): tf.Tensor =>
  tf.tensor(
    [...Array(tf.util.sizeFromShape(shape)).keys()].map((i) => (dtype === 'bool' ? i % 2 : i)),
    shape,
    dtype,
  );

const shapes = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });

describe('transpose', () => {
  it('agrees with the CPU backend on any shape and order', async () => {
    const cases = fc
      .tuple(shapes, fc.infiniteStream(fc.integer({ min: 0, max: 99 })))
      .map(([shape, keys]) => {
        const order = shape.map((_, axis) => [keys.next().value, axis] as const).sort((a, b) => a[0] - b[0]);
        return { shape, order: order.map(([, axis]) => axis) };
      });
    await fc.assert(
      fc.asyncProperty(cases, ({ shape, order }) =>
        expectSameOnCpu(() => [tf.transpose(numbered(shape), order)]),
      ),
      { seed: 0 },
    );
  });

  it.each(['int32', 'bool'] as const)('of %s', async (dtype) => {
    await expectSameOnCpu(() => [tf.transpose(numbered([5, 6, 7], dtype), [2, 0, 1])]);
  });

  it('reads by eye', () => {
    const y = tf.transpose(
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    expect([...y.dataSync()]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

describe('slice', () => {
  it('agrees with the CPU backend on any box', async () => {
    const cases = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(cases, (axes) =>
        expectSameOnCpu(() => {
          const x = numbered(axes.map(([before, size, after]) => before + size + after));
          return [
            tf.slice(
              x,
              axes.map(([before]) => before),
              axes.map(([, size]) => size),
            ),
          ];
        }),
      ),
      { seed: 0 },
    );
  });

  it('takes a size of -1 and integers', async () => {
    await expectSameOnCpu(() => [
      tf.slice(numbered([4, 5], 'int32'), [1, 2], [-1, 2]),
      tf.slice(numbered([4, 5]), 1),
    ]);
  });
});

describe('split and unstack', () => {
  it.each([0, 1, 2, -1])('agree with the CPU backend along axis %i', async (axis) => {
    const x = (): tf.Tensor => numbered([4, 6, 8]);
    await expectSameOnCpu(() => [...tf.split(x(), 2, axis), ...tf.unstack(x(), axis)]);
  });

  it('agree on uneven parts, and on booleans', async () => {
    await expectSameOnCpu(() => tf.split(numbered([7, 3]), [4, 1, 2]));
    await expectSameOnCpu(() => tf.unstack(numbered([3, 2], 'bool')));
  });
});

it('leaves nothing behind', () => {
  const x = numbered([6, 7, 8]);
  expectNoLeak(() => [
    tf.transpose(x, [2, 0, 1]),
    tf.slice(x, [1, 2, 3], [4, 4, 4]),
    ...tf.split(x, 2),
    ...tf.unstack(x),
  ]);
});
