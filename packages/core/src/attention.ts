import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkInteger } from './checks.js';
import { invalidArgument } from './errors.js';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';
import { scaledSoftmax } from './scaled-softmax.js';

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Number of heads H, at least 1. */
  readonly heads: number;
  /** Multiplies the products of queries and keys. @defaultValue `1 / √D`, D being the size of a head */
  readonly scale?: number;
  /**
   * float32 `[W,H,N,N]`, borrowed: added to the scaled products before the softmax. W divides B, and row b of the batch takes
   * `bias[b mod W]`: one for all where W is 1, one for each window of an image where the batch is its windows in order.
   * @defaultValue none
   */
  readonly bias?: Tensor4D;
}

/** What {@link attention} gives; all new. */
export type Attended = {
  /** `[B,N,H·D]`: the heads side by side. */
  readonly output: Tensor3D;
  /** `[B,H,N,N]`: `weights[b,h,i,j]` is how much token i takes from token j; rows sum to 1. */
  readonly weights: Tensor4D;
};

/**
 * Multi-head self-attention from projected queries, keys and values: in each head `weights = softmax(scale · q·kᵀ + bias)`
 * and `output = weights · v`.
 *
 * Backends that register the kernels `MixAttention` and `MixAttentionGrad` run it fused; the others get the plain
 * composition of tfjs ops. Differentiable, once, by `qkv` and `bias` through both outputs.
 *
 * @param qkv float32 `[B,N,3·H·D]`, borrowed: query, key and value outermost, then heads, then their D channels, as PyTorch
 *   and timm pack them.
 * @throws MixError `SHAPE`, `DTYPE` or `INVALID_ARGUMENT` when an input is not as stated.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.2
 */
export function attention(qkv: Tensor3D, { heads, scale, bias }: AttentionOptions): Attended {
  checkInteger('attention', 'heads', heads, 1);
  checkFloat32('attention', 'qkv', qkv);
  const [batch, tokens, channels] = qkv.shape;
  if (qkv.rank !== 3 || channels % (3 * heads) !== 0) {
    throw invalidArgument('attention', 'qkv', `be [B,N,3·${heads}·D]`, qkv.shape, { code: 'SHAPE' });
  }
  if (bias !== undefined) {
    const kinds = Math.max(1, bias.shape[0] ?? 1);
    checkFloat32('attention', 'bias', bias, [kinds, heads, tokens, tokens]);
    if (batch % kinds !== 0) {
      throw invalidArgument('attention', 'bias', `be [W,...], W dividing the batch of ${batch}`, bias.shape, {
        code: 'SHAPE',
      });
    }
  }
  const attributes = { heads, scale: scale ?? 1 / Math.sqrt(channels / (3 * heads)) };
  if (!hasKernel(FORWARD)) return composed(qkv, bias, attributes);
  return fused(qkv, bias, attributes);
}

const FORWARD = 'MixAttention';
const BACKWARD = 'MixAttentionGrad';

interface Attributes {
  readonly heads: number;
  readonly scale: number;
}

function composed(qkv: Tensor3D, bias: Tensor4D | undefined, { heads, scale }: Attributes): Attended {
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
    const products = tf.matMul(query, key, false, true) as Tensor4D;
    const weights =
      bias === undefined
        ? scaledSoftmax(products, scale)
        : scaledSoftmax(biased(tf.mul(products, scale), bias), 1);
    const mixed = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]);
    return { output: tf.reshape(mixed, [batch, tokens, size]), weights };
  });
}

function biased(products: Tensor4D, bias: Tensor4D): Tensor4D {
  const [kinds, ...rest] = bias.shape;
  const grouped = tf.reshape(products, [products.shape[0] / kinds, kinds, ...rest]);
  return tf.reshape(tf.add(grouped, bias), products.shape);
}

// Two custom gradients, one for each output: of a kernel with both, tfjs would fill a gradient of zeros for the weights, which hardly any
// loss depends on, and have it read again.
function fused(qkv: Tensor3D, bias: Tensor4D | undefined, attributes: Attributes): Attended {
  let attended: Tensor4D | undefined;
  const inputs: Tensor[] = bias === undefined ? [qkv] : [qkv, bias];
  const backward =
    (dy: 'dOutput' | 'dWeights') =>
    (outer: Tensor | Tensor[], saved: Tensor[]): Tensor[] => {
      const [x, weights] = saved as [Tensor, Tensor];
      const given = { qkv: x, weights, [dy]: outer as Tensor };
      const kinds = bias?.shape[0] ?? 0;
      return [runKernel(BACKWARD, given, { ...attributes, kinds })].flat() as Tensor[];
    };
  const output = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as Save;
    const [x, added] = args as Tensor[];
    const given: tf.NamedTensorMap =
      bias === undefined ? { qkv: x as Tensor } : { qkv: x as Tensor, bias: added as Tensor };
    const [value, weights] = runKernel<[Tensor3D, Tensor4D]>(FORWARD, given, { ...attributes });
    attended = tf.keep(weights);
    save([x as Tensor, weights]);
    return { value, gradFunc: backward('dOutput') };
  })(...inputs) as Tensor3D;
  const kept = attended as unknown as Tensor4D;
  const weights = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as Save;
    save([args[0] as Tensor, kept]);
    return { value: tf.clone(kept), gradFunc: backward('dWeights') };
  })(...inputs) as Tensor4D;
  kept.dispose();
  return { output, weights };
}

type Save = (tensors: Tensor[]) => void;
