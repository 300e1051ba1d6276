// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import { checkAlive, checkInteger, invalidArgument } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Averages feature maps to a given size, from any size: output row i is the mean of the input rows from `⌊i·H/h⌋` to before
 * `⌈(i + 1)·H/h⌉`, columns alike. Bins overlap where the sizes do not divide, and repeat pixels where the map grows. Equals
 * PyTorch's `adaptive_avg_pool2d`. Differentiable. Where the sizes do not divide, a NaN or infinity spreads over its row and
 * column.
 *
 * @param x float32 `[B,H,W,C]`, borrowed.
 * @param size `[h, w]` of the result, each at least 1.
 * @returns float32 `[B,h,w,C]`, new.
 * @throws MixError `INVALID_ARGUMENT` when a size is not an integer of at least 1; `SHAPE` or `DTYPE` when `x` is not as stated.
 */
export function adaptiveAvgPool(x: Tensor4D, size: readonly [height: number, width: number]): Tensor4D {
  const [height, width] = size;
  checkInteger('adaptiveAvgPool', 'size[0]', height, 1);
  checkInteger('adaptiveAvgPool', 'size[1]', width, 1);
  const [batch, fromHeight, fromWidth, channels] = x.shape;
  // Of a single image [H,W,C] the wrong axes would be pooled.
  if (x.rank !== 4 || fromHeight === 0 || fromWidth === 0) {
    const rule = 'be [B,H,W,C] of at least a pixel';
    throw invalidArgument('adaptiveAvgPool', 'x', rule, x.shape, { code: 'SHAPE' });
  }
  if (x.dtype !== 'float32') {
    throw invalidArgument('adaptiveAvgPool', 'x', 'be float32', x.dtype, { code: 'DTYPE' });
  }
  checkAlive('adaptiveAvgPool', 'x', x);
  if (fromHeight % height === 0 && fromWidth % width === 0) {
    const window: [number, number] = [fromHeight / height, fromWidth / width];
    if (window[0] === 1 && window[1] === 1) return tf.clone(x);
    return tf.avgPool(x, window, window, 'valid');
  }
  return tf.tidy(() => {
    // One plain product for each axis, with that axis in front: cheaper than a batch of small ones.
    const tall = tf.matMul(
      bins(fromHeight, height),
      tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [fromHeight, -1]),
    );
    const turned = tf.transpose(tf.reshape(tall, [height, batch, fromWidth, channels]), [2, 1, 0, 3]);
    const wide = tf.matMul(bins(fromWidth, width), tf.reshape(turned, [fromWidth, -1]));
    return tf.transpose(tf.reshape(wide, [width, batch, height, channels]), [1, 2, 0, 3]) as Tensor4D;
  });
}

/** `[to,from]`: each row holds the weights of one bin. */
function bins(from: number, to: number): Tensor2D {
  const weights = new Float32Array(to * from);
  for (let bin = 0; bin < to; bin++) {
    const first = Math.floor((bin * from) / to);
    const end = Math.ceil(((bin + 1) * from) / to);
    weights.fill(1 / (end - first), bin * from + first, bin * from + end);
  }
  return tf.tensor2d(weights, [to, from]);
}
