import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkInteger } from './checks.js';
import { invalidArgument } from './errors.js';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runFused } from './internal/run-fused.js';
import { runKernel } from './internal/run-kernel.js';

/** Options of {@link groupedConv2d}. */
export interface GroupedConv2dOptions {
  /** How many groups the channels are in, at least 1. */
  readonly groups: number;
  /** Step in both directions. @defaultValue 1 */
  readonly stride?: number;
  /** Zeros on every side. @defaultValue 0 */
  readonly pad?: number;
}

/**
 * 2-D convolution in groups: each group of output channels sees its own group of input channels, as PyTorch's `Conv2d` with
 * `groups` does it.
 *
 * Backends that register the kernels `MixGroupedConv2D`, `MixGroupedConv2DBackpropInput` and `MixGroupedConv2DBackpropFilter`
 * run them (`@mix/native`, and `@mix/kernels` on WebAssembly and the CPU backend); the others get one product of matrices over the windows' pixels
 * laid side by side, which takes as many times the image's memory as the filter has taps. Differentiable by both inputs.
 *
 * @param x float32 `[B,H,W,I]`, borrowed; I is a multiple of `groups`.
 * @param filter float32 `[h,w,I/groups,O]`, borrowed; O is a multiple of `groups`, and runs over the groups first.
 * @returns A new tensor `[B,H',W',O]`.
 * @throws MixError `SHAPE`, `DTYPE` or `INVALID_ARGUMENT` when an input is not as stated, or the filter is larger than the padded image.
 * @see Xie et al. 2017, https://arxiv.org/abs/1611.05431, Figure 3c
 */
export function groupedConv2d(
  x: Tensor4D,
  filter: Tensor4D,
  { groups, stride = 1, pad = 0 }: GroupedConv2dOptions,
): Tensor4D {
  checkInteger('groupedConv2d', 'groups', groups, 1);
  checkInteger('groupedConv2d', 'stride', stride, 1);
  checkInteger('groupedConv2d', 'pad', pad);
  checkFloat32('groupedConv2d', 'x', x);
  checkFloat32('groupedConv2d', 'filter', filter);
  checkShapes(x, filter, groups, pad);
  if (!hasKernel(FORWARD)) return composed(x, filter, { groups, stride, pad });
  // Not as a number: tfjs computes the width from the filter's height then.
  const sides = [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ];
  const attrs = { groups, strides: stride, pad: sides };
  return runFused(FORWARD, { x, filter }, attrs, (dy, given, again) => ({
    x: () =>
      runKernel(
        `${FORWARD}BackpropInput`,
        { dy, filter: given.filter },
        { ...again, inputShape: given.x.shape },
      ),
    filter: () =>
      runKernel(
        `${FORWARD}BackpropFilter`,
        { x: given.x, dy },
        { ...again, filterShape: given.filter.shape },
      ),
  })) as Tensor4D;
}

const FORWARD = 'MixGroupedConv2D';

function checkShapes(x: Tensor4D, filter: Tensor4D, groups: number, pad: number): void {
  const [, height, width, channels] = x.shape;
  if (x.rank !== 4 || channels % groups !== 0) {
    const rule = `be [B,H,W,I] with I a multiple of the ${groups} groups`;
    throw invalidArgument('groupedConv2d', 'x', rule, x.shape, { code: 'SHAPE' });
  }
  const [rows, columns, inner, outer] = filter.shape;
  const fits = inner * groups === channels && outer % groups === 0;
  if (filter.rank !== 4 || !fits || rows > height + 2 * pad || columns > width + 2 * pad) {
    const rule = `be [h,w,${channels / groups},O] with O a multiple of the ${groups} groups, and no larger than the padded image`;
    throw invalidArgument('groupedConv2d', 'filter', rule, filter.shape, { code: 'SHAPE' });
  }
}

function composed(
  x: Tensor4D,
  filter: Tensor4D,
  { groups, stride, pad }: Required<GroupedConv2dOptions>,
): Tensor4D {
  return tf.tidy(() => {
    const [rows, columns, inner, outChannels] = filter.shape;
    const [batch, height, width, channels] = x.shape;
    const outHeight = Math.floor((height + 2 * pad - rows) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - columns) / stride) + 1;
    const pixels = batch * outHeight * outWidth;
    const padded = tf.pad(x, [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ]) as Tensor4D;
    const size = [batch, (outHeight - 1) * stride + 1, (outWidth - 1) * stride + 1, channels];
    const taps = Array.from({ length: rows * columns }, (_, tap) => {
      const seen = tf.slice(padded, [0, Math.floor(tap / columns), tap % columns, 0], size);
      // A window of one pixel subsamples; tfjs' strided slice has no gradient.
      const sampled = stride === 1 ? seen : tf.avgPool(seen, 1, stride, 'valid');
      return tf.reshape(sampled, [pixels, groups, inner]) as Tensor3D;
    });
    // tfjs' gradient of concat wants several parts.
    const windows = taps.length === 1 ? (taps[0] as Tensor3D) : tf.concat(taps, 2);
    const weights = tf.reshape(filter, [rows * columns * inner, groups, outChannels / groups]);
    const first = [1, 0, 2];
    const products = tf.matMul(tf.transpose(windows, first), tf.transpose(weights, first));
    return tf.reshape(tf.transpose(products, first), [batch, outHeight, outWidth, outChannels]) as Tensor4D;
  });
}
