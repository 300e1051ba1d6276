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
  registerFusedGradient();
  const [output, weights] = tf.engine().runKernel(FORWARD, { qkv }, attributes) as unknown as [
    Tensor3D,
    Tensor4D,
  ];
  return { output, weights };
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

function registerFusedGradient(): void {
  if (tf.getGradient(FORWARD) !== undefined) return;
  tf.registerGradient({
    kernelName: FORWARD,
    inputsToSave: ['qkv'],
    outputsToSave: [false, true],
    gradFunc: (dy, [qkv, weights], attributes) => {
      const [dOutput, dWeights] = dy as unknown as [Tensor, Tensor];
      const inputs = { dOutput, dWeights, qkv: qkv as Tensor, weights: weights as Tensor };
      return { qkv: () => tf.engine().runKernel(BACKWARD, inputs, attributes) as Tensor };
    },
  });
}
