import type { Tensor, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { takeRows } from '../take-rows.js';

/** Input channels of a 1x1 convolution: features of the own image or its partner, times a number a row; or a number a row itself. */
export type Segment =
  | { readonly from: 'own' | 'partner'; readonly scale?: readonly number[] }
  | { readonly from: 'constant'; readonly values: readonly number[] };

/** What {@link pairLinear} reads. */
export interface PairFeatures {
  /** Features `[N·P,C]` of a batch. */
  readonly flat: Tensor2D;
  /** N. */
  readonly size: number;
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** Products of features and kernels so far: a shared kernel is applied once for both images. */
  readonly products: Map<string, Tensor3D>;
}

/**
 * A 1x1 convolution `[N,P,out]` of concatenated segments without concatenating them. It commutes with choosing rows and with scaling
 * them, so that kernels meet every image once, and rows are chosen among the few output channels.
 */
export function pairLinear(
  { flat, size, partner, products }: PairFeatures,
  kernel: Variable,
  segments: readonly Segment[],
): Tensor3D {
  const [inChannels, outChannels] = kernel.shape.slice(2) as [number, number];
  const matrix = tf.reshape(kernel as Tensor, [inChannels, outChannels]) as Tensor2D;
  let next = 0;
  const terms = segments.map((segment): Tensor3D => {
    const start = next;
    const height = segment.from === 'constant' ? 1 : flat.shape[1];
    next += height;
    const part = (): Tensor2D => tf.slice(matrix, [start, 0], [height, outChannels]);
    if (segment.from === 'constant') {
      return tf.mul(column(segment.values), tf.reshape(part(), [1, 1, outChannels]));
    }
    const key = `${kernel.id}:${start}`;
    const product =
      products.get(key) ?? (tf.reshape(tf.matMul(flat, part()), [size, -1, outChannels]) as Tensor3D);
    products.set(key, product);
    const rows = segment.from === 'own' ? product : takeRows(product, partner);
    return segment.scale === undefined ? rows : tf.mul(rows, column(segment.scale));
  });
  return terms.reduce((sum, term) => tf.add(sum, term));
}

function column(values: readonly number[]): Tensor3D {
  return tf.tensor3d([...values], [values.length, 1, 1]);
}
