import { layerNorm } from '@mix/core';
import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';

// That of timm's transformers and of ConvNeXt.
const EPSILON = 1e-6;

/** PyTorch's default. */
export const PYTORCH_EPSILON = 1e-5;

/** Makes `<name>.weight` and `<name>.bias`, and normalises over the last axis. */
export function createLayerNorm(
  { store }: WeightBuilder,
  name: string,
  channels: number,
  epsilon = EPSILON,
): <T extends Tensor>(x: T) => T {
  const scale = store.parameter<Rank.R1>(`${name}.weight`, [channels], new Float32Array(channels).fill(1));
  const offset = store.parameter<Rank.R1>(`${name}.bias`, [channels], new Float32Array(channels));
  return (x) => layerNorm({ x, scale, offset, epsilon });
}
