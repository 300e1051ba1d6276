import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkInteger } from './checks.js';
import { invalidArgument } from './errors.js';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { scaledSoftmax } from './scaled-softmax.js';

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Number of heads H, at least 1. */
  readonly heads: number;
  /** Multiplies the products of queries and keys. @defaultValue `1 / √D`, D being the size of a head */
  readonly scale?: number;
}

/** What {@link attention} gives; all new. */
export type Attended = {
  /** `[B,N,H·D]`: the heads side by side. */
  readonly output: Tensor3D;
  /** `[B,H,N,N]`: `weights[b,h,i,j]` is how much token i takes from token j; rows sum to 1. */
  readonly weights: Tensor4D;
};

/**
 * Multi-head self-attention from projected queries, keys and values: in each head `weights = softmax(scale · q·kᵀ)` and
 * `output = weights · v`.
 *
 * Backends that register the kernels `MixAttention` and `MixAttentionGrad` run it fused; the others get the plain
 * composition of tfjs ops. Differentiable, once, by `qkv` through both outputs.
 *
 * @param qkv float32 `[B,N,3·H·D]`, borrowed: query, key and value outermost, then heads, then their D channels, as PyTorch
 *   and timm pack them.
 * @throws MixError `SHAPE`, `DTYPE` or `INVALID_ARGUMENT` when an input is not as stated.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.2
 */
export function attention(qkv: Tensor3D, { heads, scale }: AttentionOptions): Attended {
  checkInteger('attention', 'heads', heads, 1);
  checkFloat32('attention', 'qkv', qkv);
  const channels = qkv.shape[2];
  if (qkv.rank !== 3 || channels % (3 * heads) !== 0) {
    throw invalidArgument('attention', 'qkv', `be [B,N,3·${heads}·D]`, qkv.shape, { code: 'SHAPE' });
  }
  const attributes = { heads, scale: scale ?? 1 / Math.sqrt(channels / (3 * heads)) };
  if (!hasKernel(FORWARD)) return composed(qkv, attributes);
  return fused(qkv, attributes);
}

const FORWARD = 'MixAttention';
const BACKWARD = 'MixAttentionGrad';

function composed(qkv: Tensor3D, { heads, scale }: Required<AttentionOptions>): Attended {
  return tf.tidy(() => {
    const [batch, tokens, channels] = qkv.shape;
    const size = channels / 3;
    const [query, key, value] = tf
      .split(qkv, 3, 2)
      .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, heads, size / heads]), [0, 2, 1, 3])) as [
      Tensor4D,
      Tensor4D,
      Tensor4D,
    ];
    const weights = scaledSoftmax(tf.matMul(query, key, false, true) as Tensor4D, scale);
    const mixed = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]);
    return { output: tf.reshape(mixed, [batch, tokens, size]), weights };
  });
}

// Two custom gradients, one for each output: of a kernel with both, tfjs would fill a gradient of zeros for the weights, which hardly any
// loss depends on, and have it read again.
function fused(qkv: Tensor3D, attributes: Required<AttentionOptions>): Attended {
  let attended: Tensor4D | undefined;
  const output = tf.customGrad((x, save) => {
    const [value, weights] = tf.engine().runKernel(FORWARD, { qkv: x as Tensor }, attributes) as unknown as [
      Tensor3D,
      Tensor4D,
    ];
    attended = tf.keep(weights);
    (save as Save)([x as Tensor, weights]);
    return { value, gradFunc: (dy, saved) => gradient(attributes, saved as Tensor[], dy, undefined) };
  })(qkv) as Tensor3D;
  const kept = attended as unknown as Tensor4D;
  const weights = tf.customGrad((x, save) => {
    (save as Save)([x as Tensor, kept]);
    return {
      value: tf.clone(kept),
      gradFunc: (dy, saved) => gradient(attributes, saved as Tensor[], undefined, dy as Tensor),
    };
  })(qkv) as Tensor4D;
  kept.dispose();
  return { output, weights };
}

type Save = (tensors: Tensor[]) => void;

// The kernel takes a gradient that is not given for zeros.
function gradient(
  attributes: Required<AttentionOptions>,
  [qkv, weights]: readonly Tensor[],
  dOutput: Tensor | undefined,
  dWeights: Tensor | undefined,
): Tensor {
  const inputs = { qkv, weights, ...(dOutput && { dOutput }), ...(dWeights && { dWeights }) };
  return tf.engine().runKernel(BACKWARD, inputs as tf.NamedTensorMap, attributes) as Tensor;
}
