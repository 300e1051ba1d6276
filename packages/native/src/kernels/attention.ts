import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's attention; `qkv` holds queries, keys and values as `[batch, tokens, 3, heads, size]`. */
export interface AttentionAddon {
  attention(
    qkv: Float32Array,
    output: Float32Array,
    weights: Float32Array,
    batch: number,
    tokens: number,
    heads: number,
    size: number,
    scale: number,
  ): void;
  /** A gradient that is null counts as zeros. */
  attentionGradient(
    dOutput: Float32Array | null,
    dWeights: Float32Array | null,
    qkv: Float32Array,
    weights: Float32Array,
    dQkv: Float32Array,
    batch: number,
    tokens: number,
    heads: number,
    size: number,
    scale: number,
  ): void;
}

interface Attrs {
  readonly heads: number;
  readonly scale: number;
}

interface GradientInputs {
  readonly dOutput?: TensorInfo;
  readonly dWeights?: TensorInfo;
  readonly qkv: TensorInfo;
  readonly weights: TensorInfo;
}

const attention: NativeKernel<{ qkv: TensorInfo }, Attrs> = ({
  inputs: { qkv },
  attrs: { heads, scale },
  backend,
}) => {
  const [batch, tokens, channels] = qkv.shape as [number, number, number];
  const width = channels / 3;
  const output = backend.output([batch, tokens, width]);
  const weights = backend.output([batch, heads, tokens, tokens]);
  backend.addon.attention(
    backend.floats(qkv),
    backend.floats(output),
    backend.floats(weights),
    batch,
    tokens,
    heads,
    width / heads,
    scale,
  );
  return [output, weights];
};

const attentionGradient: NativeKernel<GradientInputs, Attrs> = ({
  inputs: { dOutput, dWeights, qkv, weights },
  attrs: { heads, scale },
  backend,
}) => {
  const [batch, tokens, channels] = qkv.shape as [number, number, number];
  const dQkv = backend.output(qkv.shape);
  backend.addon.attentionGradient(
    dOutput === undefined ? null : backend.floats(dOutput),
    dWeights === undefined ? null : backend.floats(dWeights),
    backend.floats(qkv),
    backend.floats(weights),
    backend.floats(dQkv),
    batch,
    tokens,
    heads,
    channels / 3 / heads,
    scale,
  );
  return dQkv;
};

/** Multi-head attention from packed queries, keys and values, and its gradient. */
export const attentionKernels: KernelTable = {
  MixAttention: attention,
  MixAttentionGrad: attentionGradient,
};
