import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkChoice, checkInteger } from './checks.js';
import { type Interpolation, interpolationMatrix } from './interpolation-matrix.js';

/** Options of {@link resample}. */
export interface ResampleOptions {
  /** `[height, width]` of the result. */
  readonly size: readonly [height: number, width: number];
  /** How values between pixels are made. @defaultValue 'bilinear' */
  readonly mode?: Interpolation;
}

/**
 * Resizes feature maps or images by constant interpolation matrices: `y = A_h · x · A_wᵀ` per channel. The gradient is the
 * transposed product, so it is exact on every backend (tfjs' own resize gradients are wrong with half-pixel centres).
 * Equals PyTorch's `interpolate(align_corners=False)`, without antialiasing. A NaN or infinity spreads over its row and column,
 * for nearest too, since every output is a sum over them.
 *
 * @param x float32 `[B,H,W,C]`, borrowed.
 * @returns float32 `[B,height,width,C]`, new.
 */
export function resample(x: Tensor4D, { size, mode = 'bilinear' }: ResampleOptions): Tensor4D {
  const [height, width] = size;
  checkInteger('resample', 'size[0]', height, 1);
  checkInteger('resample', 'size[1]', width, 1);
  checkChoice('resample', 'mode', mode, ['nearest', 'bilinear', 'bicubic']);
  const forward = tf.customGrad((input) => {
    const source = input as Tensor4D;
    const [, fromHeight, fromWidth] = source.shape;
    return {
      value: apply(source, height, width, mode, false),
      gradFunc: (dy: tf.Tensor) => apply(dy as Tensor4D, fromHeight, fromWidth, mode, true),
    };
  });
  return forward(x) as Tensor4D;
}

// Transposed, the matrices go from the resampled size back: the vector-Jacobian product of the same linear map.
function apply(
  x: Tensor4D,
  height: number,
  width: number,
  mode: Interpolation,
  transposed: boolean,
): Tensor4D {
  return tf.tidy(() => {
    const [batch, fromHeight, fromWidth, channels] = x.shape;
    const rows = matrix(fromHeight, height, mode, transposed);
    const columns = matrix(fromWidth, width, mode, transposed);
    // One plain product for each axis, with that axis in front: cheaper than a batch of small ones.
    const tall = tf.matMul(rows, tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [fromHeight, -1]));
    const turned = tf.transpose(tf.reshape(tall, [height, batch, fromWidth, channels]), [2, 1, 0, 3]);
    const wide = tf.matMul(columns, tf.reshape(turned, [fromWidth, -1]));
    return tf.transpose(tf.reshape(wide, [width, batch, height, channels]), [1, 2, 0, 3]) as Tensor4D;
  });
}

function matrix(from: number, to: number, mode: Interpolation, transposed: boolean): tf.Tensor2D {
  if (!transposed) return tf.tensor2d(interpolationMatrix(from, to, mode), [to, from]);
  return tf.transpose(tf.tensor2d(interpolationMatrix(to, from, mode), [from, to]));
}
