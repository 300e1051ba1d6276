import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { testedBackends, useBackend } from '../test/use-backend.js';
import { type Interpolation, interpolationMatrix } from './interpolation-matrix.js';
import { resample } from './resample.js';

const modes: Interpolation[] = ['nearest', 'bilinear', 'bicubic'];

describe('interpolationMatrix', () => {
  it.each(modes)('%s: rows sum to 1, and equal sizes give the identity', (mode) => {
    for (const [from, to] of [
      [3, 7],
      [7, 3],
      [1, 5],
      [5, 1],
      [4, 8],
    ] as const) {
      const matrix = interpolationMatrix(from, to, mode);
      for (let row = 0; row < to; row++) {
        const sum = matrix.slice(row * from, (row + 1) * from).reduce((total, weight) => total + weight, 0);
        expect(sum).toBeCloseTo(1, 6);
      }
    }
    expect([...interpolationMatrix(3, 3, mode)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('is exact integer arithmetic for nearest', () => {
    // 26 → 22 and 62 → 14 are off by one with PyTorch's float32 scale.
    for (const [from, to] of [
      [26, 22],
      [62, 14],
      [5, 64],
    ] as const) {
      const matrix = interpolationMatrix(from, to, 'nearest');
      for (let row = 0; row < to; row++) {
        const column = matrix.slice(row * from, (row + 1) * from).indexOf(1);
        expect(column).toBe(Number((BigInt(row) * BigInt(from)) / BigInt(to)));
      }
    }
  });

  it('takes half-pixel centres for bilinear', () => {
    // torch.nn.functional.interpolate(torch.tensor([[[0., 4.]]]), size=4, mode='linear', align_corners=False)
    const matrix = interpolationMatrix(2, 4, 'bilinear');
    expect([0, 1, 2, 3].map((row) => (matrix[row * 2 + 1] as number) * 4)).toEqual([0, 1, 3, 4]);
  });
});

describe.each(testedBackends('cpu', 'wasm'))('resample on %s', (backend) => {
  useBackend(backend);

  it.each(modes)('%s: is the matrix product on both axes, for any batch and channels', (mode) => {
    tf.tidy(() => {
      const x = tf.reshape(tf.sin(tf.range(0, 2 * 3 * 5 * 2)), [2, 3, 5, 2]) as tf.Tensor4D;
      const y = resample(x, { size: [7, 4], mode });
      expect(y.shape).toEqual([2, 7, 4, 2]);
      const rows = interpolationMatrix(3, 7, mode);
      const columns = interpolationMatrix(5, 4, mode);
      const input = x.arraySync();
      const output = y.arraySync();
      for (const [b, i, j, c] of [
        [0, 0, 0, 0],
        [1, 6, 3, 1],
        [0, 3, 2, 1],
        [1, 2, 1, 0],
      ] as const) {
        let wanted = 0;
        for (let h = 0; h < 3; h++) {
          for (let w = 0; w < 5; w++) {
            wanted += rows[i * 3 + h]! * columns[j * 5 + w]! * input[b]![h]![w]![c]!;
          }
        }
        expect(output[b]![i]![j]![c]).toBeCloseTo(wanted, 5);
      }
    });
  });

  it.each(modes)('%s: has the transposed product as its gradient', (mode) => {
    tf.tidy(() => {
      const x = tf.reshape(tf.cos(tf.range(0, 2 * 4 * 3)), [1, 4, 3, 2]) as tf.Tensor4D;
      const dy = tf.reshape(tf.sin(tf.range(0, 9 * 5 * 2)), [1, 9, 5, 2]) as tf.Tensor4D;
      const up = (input: tf.Tensor): tf.Tensor => resample(input as tf.Tensor4D, { size: [9, 5], mode });
      const dx = tf.grad(up)(x, dy);
      expect(dx.shape).toEqual(x.shape);
      // ⟨A x, dy⟩ = ⟨x, Aᵀ dy⟩ for a linear map, and for every unit x.
      const left = tf.sum(tf.mul(up(x), dy)).dataSync()[0] as number;
      const right = tf.sum(tf.mul(x, dx)).dataSync()[0] as number;
      expect(left).toBeCloseTo(right, 4);
      const unit = tf.oneHot(tf.tensor1d([11], 'int32'), 24);
      const one = tf.reshape(tf.cast(unit, 'float32'), [1, 4, 3, 2]) as tf.Tensor4D;
      expect(tf.sum(tf.mul(up(one), dy)).dataSync()[0]).toBeCloseTo(dx.dataSync()[11] as number, 5);
    });
  });

  it('leaks nothing, forward or backward', () => {
    const x = tf.ones<tf.Rank.R4>([1, 4, 4, 1]);
    const before = tf.memory().numTensors;
    tf.dispose(resample(x, { size: [8, 8] }));
    tf.dispose(tf.grad((input) => resample(input as tf.Tensor4D, { size: [8, 8] }))(x));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(x);
  });

  it('refuses sizes and modes that do not exist', () => {
    const x = tf.ones<tf.Rank.R4>([1, 2, 2, 1]);
    expect(() => resample(x, { size: [0, 2] })).toThrow(
      /resample: size\[0\] must be an integer of at least 1; got 0/,
    );
    expect(() => resample(x, { size: [2, 2], mode: 'cubic' as never })).toThrow(
      /mode must be one of 'nearest', 'bilinear'/,
    );
    tf.dispose(x);
  });
});
