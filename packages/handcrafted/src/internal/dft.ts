import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The discrete Fourier transform of a real tensor along some of its axes, as products with small matrices: tfjs' own has no kernel on
 * WebAssembly. For sides of 4 to 16, as feature maps have, that is also quick.
 *
 * @returns `[2,...shape]`: the real parts, then the imaginary ones.
 */
export function dft(x: Tensor, axes: readonly number[]): Tensor {
  return tf.tidy(() => {
    const real = tf.reshape(x, [1, ...x.shape]);
    return transform(tf.concat([real, tf.zerosLike(real)]), axes, 1);
  });
}

/** The real part of the inverse transform of what {@link dft} gives. */
export function inverseDftReal(spectrum: Tensor, axes: readonly number[]): Tensor {
  return tf.tidy(() => {
    const [, ...shape] = spectrum.shape;
    const length = axes.reduce((product, axis) => product * (shape[axis] as number), 1);
    const signal = transform(spectrum, axes, -1);
    const real = tf.slice(
      signal,
      signal.shape.map(() => 0),
      [1, ...shape],
    );
    return tf.div(tf.reshape(real, shape), length);
  });
}

function transform(z: Tensor, axes: readonly number[], direction: 1 | -1): Tensor {
  return axes.reduce((current, axis) => alongAxis(current, axis + 1, direction), z);
}

// `[2,before,n,after]` is turned to `[2,n,before,after]`, so that one product transforms all lines.
function alongAxis(z: Tensor, axis: number, direction: 1 | -1): Tensor {
  const length = z.shape[axis] as number;
  if (length === 1) return z;
  const before = z.shape.slice(1, axis).reduce((product, size) => product * size, 1);
  const after = z.size / (2 * before * length);
  const lines = tf.transpose(tf.reshape(z, [2, before, length, after]), [0, 2, 1, 3]);
  const flat = tf.reshape(lines, [2 * length, before * after]) as Tensor2D;
  const turned = tf.reshape(tf.matMul(dftMatrix(length, direction), flat), [2, length, before, after]);
  return tf.reshape(tf.transpose(turned, [0, 2, 1, 3]), z.shape);
}

// [[cos, sin], [−sin, cos]] of 2πjk/n: real and imaginary parts in, and out.
function dftMatrix(length: number, direction: 1 | -1): Tensor2D {
  const side = 2 * length;
  const matrix = new Float32Array(side * side);
  for (let j = 0; j < length; j++) {
    for (let k = 0; k < length; k++) {
      const angle = (2 * Math.PI * ((j * k) % length)) / length;
      const [cos, sin] = [Math.cos(angle), direction * Math.sin(angle)];
      matrix[j * side + k] = cos;
      matrix[j * side + length + k] = sin;
      matrix[(length + j) * side + k] = -sin;
      matrix[(length + j) * side + length + k] = cos;
    }
  }
  return tf.tensor2d(matrix, [side, side]);
}
