import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

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

/** `MixAttention` over packed queries, keys and values, with a bias or without, and its gradients. */
export function registerAttention(): void {
  overrideKernel('MixAttention', attention);
  overrideKernel('MixAttentionGrad', attentionGradient);
}

function attention({ inputs, backend, attrs: { heads, scale } }: KernelCall<Inputs, Attrs>): TensorInfo[] {
  const { qkv, bias } = inputs;
  const { batch, tokens, width } = sizesOf(qkv);
  const output = backend.makeOutput([batch, tokens, width], 'float32');
  const weights = backend.makeOutput([batch, heads, tokens, tokens], 'float32');
  const simd = simdOf(backend);
  const size = width / heads;
  withScratch(backend, simd.attentionScratch(tokens, size), (scratch) => {
    const at = [qkv, bias, output, weights].map((tensor) => (tensor ? pointer(backend, tensor) : 0));
    simd.attention(...at, scratch, batch, tokens, heads, size, bias?.shape[0] ?? 1, scale);
  });
  return [output, weights];
}

function attentionGradient({
  inputs: { dOutput, dWeights, qkv, weights },
  backend,
  attrs: { heads, scale, kinds },
}: KernelCall<GradientInputs, Attrs & { readonly kinds: number }>): TensorInfo | TensorInfo[] {
  const { batch, tokens, width } = sizesOf(qkv);
  const dQkv = backend.makeOutput(qkv.shape, 'float32');
  const dBias = kinds > 0 ? makeZeros(backend, [kinds, heads, tokens, tokens]) : undefined;
  const outer = dOutput ?? makeZeros(backend, [batch, tokens, width]);
  const simd = simdOf(backend);
  const size = width / heads;
  withScratch(backend, simd.attentionScratch(tokens, size), (scratch) => {
    const at = [outer, dWeights, qkv, weights, dQkv, dBias].map((tensor) =>
      tensor ? pointer(backend, tensor) : 0,
    );
    simd.attentionGradient(...at, scratch, batch, tokens, heads, size, Math.max(1, kinds), scale);
  });
  if (dOutput === undefined) backend.disposeData(outer.dataId);
  return dBias === undefined ? dQkv : [dQkv, dBias];
}

function sizesOf(qkv: TensorInfo): { batch: number; tokens: number; width: number } {
  const [batch, tokens, channels] = qkv.shape as [number, number, number];
  return { batch, tokens, width: channels / 3 };
}
