import type { Rank, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { normal } from './initialisers.js';
import { DEVIATION } from './transformer-block.js';

/**
 * Makes `<name>.relative_position_bias_table`, a row for each way from one token of a window to another, and
 * `<name>.relative_position_index`, which row each pair of tokens takes; gives the bias `[1,heads,tokens,tokens]`.
 *
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, equation 4
 */
export function createRelativePositions(
  { store, rng }: WeightBuilder,
  name: string,
  { window, heads }: { readonly window: readonly [number, number]; readonly heads: number },
): () => Tensor4D {
  const [height, width] = window;
  const tokens = height * width;
  const ways = (2 * height - 1) * (2 * width - 1);
  const tableName = `${name}.relative_position_bias_table`;
  const values = normal(rng.fork(tableName), ways * heads, DEVIATION);
  const table = store.parameter<Rank.R2>(tableName, [ways, heads], values);
  store.onGrid(tableName, { others: 0, size: [2 * height - 1, 2 * width - 1] });
  const index = store.buffer<Rank.R1>(
    `${name}.relative_position_index`,
    [tokens * tokens],
    indexOf(height, width),
    'int32',
  );
  return () =>
    tf.tidy(() => {
      const pairs = tf.reshape(tf.gather(table, index), [tokens, tokens, heads]) as Tensor3D;
      return tf.expandDims(tf.transpose(pairs, [2, 0, 1]), 0) as Tensor4D;
    });
}

function indexOf(height: number, width: number): Int32Array {
  const tokens = height * width;
  return Int32Array.from({ length: tokens * tokens }, (_, pair) => {
    const [to, from] = [Math.floor(pair / tokens), pair % tokens];
    const down = Math.floor(to / width) - Math.floor(from / width) + height - 1;
    const right = (to % width) - (from % width) + width - 1;
    return down * (2 * width - 1) + right;
  });
}
