import { gelu } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BranchDrop } from './branch-drops.js';
import type { WeightBuilder } from './builder.js';
import type { Layer } from './layer.js';
import { createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { onRows } from './on-rows.js';
import { DEVIATION } from './transformer-block.js';

/** What tells one {@link createMapBlock} from another. */
export interface MapBlockOptions {
  readonly channels: number;
  /** Makes the attention, `<name>.attn`: a map to one of its shape. */
  readonly attention: (name: string) => (x: Tensor4D) => Tensor4D;
  /** What the two layers of the perceptron are called after `<name>.mlp.`. */
  readonly perceptron: readonly [string, string];
  /** That of the normalisations. */
  readonly epsilon?: number;
  readonly drop: BranchDrop | undefined;
}

/**
 * Attention over a map and a perceptron of two layers, each after a layer normalisation and added to its input. Makes
 * `<name>.norm1`, `.attn`, `.norm2` and `.mlp`.
 *
 * @see Liu et al. 2021, https://arxiv.org/abs/2103.14030, equation 3
 */
export function createMapBlock(
  builder: WeightBuilder,
  name: string,
  { channels, attention, perceptron, epsilon, drop }: MapBlockOptions,
): Layer {
  const [hidden, deviation] = [4 * channels, DEVIATION];
  const linear = (layer: string, inSize: number, outSize: number) =>
    createLinear(builder, `${name}.mlp.${layer}`, { inSize, outSize, deviation });
  const norm1 = createLayerNorm(builder, `${name}.norm1`, channels, epsilon);
  const attend = attention(`${name}.attn`);
  const norm2 = createLayerNorm(builder, `${name}.norm2`, channels, epsilon);
  const widen = linear(perceptron[0], channels, hidden);
  const narrow = linear(perceptron[1], hidden, channels);
  const transform = onRows((rows) => narrow(gelu(widen(rows))));
  return (x, training) => {
    const dropped = (branch: Tensor4D) => (training && drop ? drop(branch) : branch);
    return tf.tidy(() => {
      const attended = tf.add(x, dropped(attend(norm1(x)))) as Tensor4D;
      return tf.add(attended, dropped(transform(norm2(attended))));
    });
  };
}
