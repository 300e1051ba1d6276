import type { Tensor, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { takeRows } from '../take-rows.js';

/** Input channels of a 1x1 convolution: features of the own image or its partner, times a number a row; or a number a row itself. */
export type Segment =
  | { readonly from: 'own' | 'partner'; readonly scale?: readonly number[] }
  | { readonly from: 'constant'; readonly values: readonly number[] };

/** Products of features `[N,P,C]` with the parts of kernels that meet them, by {@link keyOf}: `[N,P,out]`. */
export type FeatureProducts = Readonly<Record<string, Tensor3D>>;

/** What {@link pairLinear} reads. */
export interface PairFeatures {
  readonly products: FeatureProducts;
  /** The partner of each row. */
  readonly partner: readonly number[];
}

/**
 * The part of {@link pairLinear} that no λ and no partner enters: a 1x1 convolution commutes with choosing rows and with scaling them, so
 * that kernels meet every image once, whatever it is mixed with.
 *
 * @param features `[N,P,C]`.
 * @param segments Those of the later call; their numbers do not matter.
 */
export function projectFeatures(
  features: Tensor3D,
  kernel: Variable,
  segments: readonly Segment[],
): FeatureProducts {
  const [size, positions, channels] = features.shape;
  const flat = tf.reshape(features, [size * positions, channels]) as Tensor2D;
  const products: Record<string, Tensor3D> = {};
  for (const { segment, start } of placed(segments, channels)) {
    const key = keyOf(kernel, start);
    if (segment.from === 'constant' || products[key] !== undefined) continue;
    const product = tf.matMul(flat, rowsOf(kernel, start, channels));
    products[key] = tf.reshape(product, [size, positions, -1]) as Tensor3D;
  }
  return products;
}

/** A 1x1 convolution `[N,P,out]` of concatenated segments without concatenating them; rows are chosen among the few output channels. */
export function pairLinear(
  { products, partner }: PairFeatures,
  kernel: Variable,
  channels: number,
  segments: readonly Segment[],
): Tensor3D {
  const terms = placed(segments, channels).map(({ segment, start }): Tensor3D => {
    if (segment.from === 'constant') {
      return tf.mul(column(segment.values), tf.reshape(rowsOf(kernel, start, 1), [1, 1, -1]));
    }
    const product = products[keyOf(kernel, start)] as Tensor3D;
    const rows = segment.from === 'own' ? product : takeRows(product, partner);
    return segment.scale === undefined ? rows : tf.mul(rows, column(segment.scale));
  });
  return terms.reduce((sum, term) => tf.add(sum, term));
}

/** Segments with the row of the kernel at which each begins. */
function placed(segments: readonly Segment[], channels: number): { segment: Segment; start: number }[] {
  let next = 0;
  return segments.map((segment) => {
    const start = next;
    next += segment.from === 'constant' ? 1 : channels;
    return { segment, start };
  });
}

function keyOf({ id }: Variable, start: number): string {
  return `${id}:${start}`;
}

function rowsOf(kernel: Variable, start: number, count: number): Tensor2D {
  const [inChannels, outChannels] = kernel.shape.slice(2) as [number, number];
  const matrix = tf.reshape(kernel as Tensor, [inChannels, outChannels]) as Tensor2D;
  return count === inChannels ? matrix : tf.slice(matrix, [start, 0], [count, outChannels]);
}

function column(values: readonly number[]): Tensor3D {
  return tf.tensor3d([...values], [values.length, 1, 1]);
}
