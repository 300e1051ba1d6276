import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/**
 * The addon's attention; `qkv` holds queries, keys and values as `[batch, tokens, 3, heads, size]`. `sizes`: batch, tokens, heads, size,
 * and how many kinds of bias there are, `[kinds, heads, tokens, tokens]`.
 */
export interface AttentionAddon {
  attention(
    qkv: Float32Array,
    bias: Float32Array | null,
    output: Float32Array,
    weights: Float32Array,
    sizes: readonly number[],
    scale: number,
  ): void;
  /** A gradient that is null counts as zeros. */
  attentionGradient(
    dOutput: Float32Array | null,
    dWeights: Float32Array | null,
    qkv: Float32Array,
    weights: Float32Array,
    dQkv: Float32Array,
    dBias: Float32Array | null,
    sizes: readonly number[],
    scale: number,
  ): void;
}

interface Attrs {
  readonly heads: number;
  readonly scale: number;
}

interface Inputs {
  readonly qkv: TensorInfo;
  readonly bias?: TensorInfo;
}

interface GradientInputs {
  readonly dOutput?: TensorInfo;
  readonly dWeights?: TensorInfo;
  readonly qkv: TensorInfo;
  readonly weights: TensorInfo;
}

const sizesOf = (qkv: TensorInfo, heads: number, kinds: number): number[] => {
  const [batch, tokens, channels] = qkv.shape as [number, number, number];
  return [batch, tokens, heads, channels / 3 / heads, kinds];
};

const attention: NativeKernel<Inputs, Attrs> = ({
  inputs: { qkv, bias },
  attrs: { heads, scale },
  backend,
}) => {
  const [batch, tokens, channels] = qkv.shape as [number, number, number];
  const output = backend.output([batch, tokens, channels / 3]);
  const weights = backend.output([batch, heads, tokens, tokens]);
  backend.addon.attention(
    backend.floats(qkv),
    bias === undefined ? null : backend.floats(bias),
    backend.floats(output),
    backend.floats(weights),
    sizesOf(qkv, heads, bias?.shape[0] ?? 0),
    scale,
  );
  return [output, weights];
};

const attentionGradient: NativeKernel<GradientInputs, Attrs & { readonly kinds: number }> = ({
  inputs: { dOutput, dWeights, qkv, weights },
  attrs: { heads, scale, kinds },
  backend,
}) => {
  const tokens = qkv.shape[1] as number;
  const dQkv = backend.output(qkv.shape);
  const dBias = kinds === 0 ? undefined : backend.output([kinds, heads, tokens, tokens]);
  backend.addon.attentionGradient(
    dOutput === undefined ? null : backend.floats(dOutput),
    dWeights === undefined ? null : backend.floats(dWeights),
    backend.floats(qkv),
    backend.floats(weights),
    backend.floats(dQkv),
    dBias === undefined ? null : backend.floats(dBias),
    sizesOf(qkv, heads, kinds),
    scale,
  );
  return dBias === undefined ? dQkv : [dQkv, dBias];
};

/** Multi-head attention from packed queries, keys and values, with a bias or without, and its gradients. */
export const attentionKernels: KernelTable = {
  MixAttention: attention,
  MixAttentionGrad: attentionGradient,
};
