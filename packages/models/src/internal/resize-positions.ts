import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { PositionGrid } from '../weight.js';

/** How values between positions are made. */
export type PositionMode = 'bicubic' | 'bilinear';

/**
 * Fits values by position `[...,others + n·n,C]` to another grid, as timm does: PyTorch's `interpolate` with `antialias=True`,
 * the first `others` rows as they are. The grid that they come from is square.
 */
export function resizePositions(value: Tensor, { others, size }: PositionGrid, mode: PositionMode): Tensor {
  return tf.tidy(() => {
    const [rows, columns] = size;
    const channels = value.shape.at(-1) as number;
    const flat = tf.reshape(value, [-1, channels]);
    const count = flat.shape[0] - others;
    const side = Math.sqrt(count);
    const grid = tf.slice(flat, [others, 0], [count, channels]);
    const tall = tf.matMul(matrix(side, rows, mode), tf.reshape(grid, [side, side * channels]));
    const turned = tf.transpose(tf.reshape(tall, [rows, side, channels]), [1, 0, 2]);
    const wide = tf.matMul(matrix(side, columns, mode), tf.reshape(turned, [side, rows * channels]));
    const fitted = tf.transpose(tf.reshape(wide, [columns, rows, channels]), [1, 0, 2]);
    const first = tf.slice(flat, [0, 0], [others, channels]);
    const all = tf.concat([first, tf.reshape(fitted, [rows * columns, channels])]);
    return tf.reshape(all, [...value.shape.slice(0, -2), others + rows * columns, channels]);
  });
}

/** Whether values of this shape lie on a square grid that can be fitted to one which gives `wanted`. */
export function canResize(
  shape: readonly number[],
  wanted: readonly number[],
  { others }: PositionGrid,
): boolean {
  const side = Math.sqrt((shape.at(-2) ?? 0) - others);
  const same = (axis: number): boolean => shape[axis] === wanted[axis];
  return (
    shape.length === wanted.length &&
    wanted.every((_, axis) => axis === wanted.length - 2 || same(axis)) &&
    Number.isInteger(side) &&
    side >= 1
  );
}

/** `[to,from]`: each row sums to 1. */
function matrix(from: number, to: number, mode: PositionMode): Tensor2D {
  const values = new Float32Array(to * from);
  const scale = from / to;
  // Where there are fewer positions, each looks at as many of the old ones as fall to it.
  const stretch = Math.max(scale, 1);
  const reach = (mode === 'bicubic' ? 2 : 1) * stretch;
  const filter = mode === 'bicubic' ? cubic : triangle;
  for (let row = 0; row < to; row++) {
    const centre = scale * (row + 0.5);
    const begin = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach + 0.5), from);
    const weights = Array.from({ length: end - begin }, (_, index) =>
      filter(Math.abs((begin + index - centre + 0.5) / stretch)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [index, weight] of weights.entries()) values[row * from + begin + index] = weight / sum;
  }
  return tf.tensor2d(values, [to, from]);
}

// Keys' cubic with a = −0.5, which PyTorch takes with antialiasing.
function cubic(distance: number): number {
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
}

function triangle(distance: number): number {
  return Math.max(1 - distance, 0);
}
