import { scaledSoftmax } from '@mix/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import type { Layer } from './layer.js';
import { PYTORCH_EPSILON } from './layer-norm.js';
import { createLinear } from './linear.js';
import { createNormedPatches } from './normed-patches.js';
import { onRows } from './on-rows.js';
import { DEVIATION } from './transformer-block.js';

/** Sizes of a {@link createSubsampledAttention}. */
export interface SubsampledAttentionOptions {
  readonly channels: number;
  readonly heads: number;
  /** Side of the squares of tokens that share a key and a value. */
  readonly reduction: number;
}

/**
 * Makes `<name>.q`, `.kv`, `.proj` and, unless the reduction is 1, `.sr` and `.norm`: attention `[B,H,W,C]` to `[B,H,W,C]` in which
 * every token looks at a summary of the whole map. What does not fill a square at the bottom and right is not looked at.
 *
 * @see Chu et al. 2021, https://arxiv.org/abs/2104.13840, section 3.2, "GSA"
 */
export function createSubsampledAttention(
  builder: WeightBuilder,
  name: string,
  { channels, heads, reduction }: SubsampledAttentionOptions,
): (x: Tensor4D) => Tensor4D {
  const linear = (part: string, outSize: number) =>
    onRows(createLinear(builder, `${name}.${part}`, { inSize: channels, outSize, deviation: DEVIATION }));
  const query = linear('q', channels);
  const keyAndValue = linear('kv', 2 * channels);
  const project = linear('proj', channels);
  const summarise: Layer =
    reduction === 1
      ? (x) => x
      : createNormedPatches(builder, {
          names: [`${name}.sr`, `${name}.norm`],
          inChannels: channels,
          outChannels: channels,
          patchSize: reduction,
          deviation: Math.sqrt(2 / (reduction * reduction * channels)),
          epsilon: PYTORCH_EPSILON,
        });
  const size = channels / heads;
  const byHead = (x: Tensor): Tensor4D =>
    tf.transpose(tf.reshape(x, [x.shape[0] as number, -1, heads, size]), [0, 2, 1, 3]);
  return (x) =>
    tf.tidy(() => {
      const [keys, values] = tf.split(keyAndValue(summarise(x, false)), 2, 3).map(byHead) as [
        Tensor4D,
        Tensor4D,
      ];
      const products = tf.matMul(byHead(query(x)), keys, false, true) as Tensor4D;
      const mixed = tf.matMul(scaledSoftmax(products, 1 / Math.sqrt(size)), values);
      return project(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), x.shape));
    });
}
